package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for requests that are short of credit, but not of level.
 */
class WaitingTests {

	private static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	@ParameterizedTest
	@EnumSource(names = { "STRICT", "BOUNDED" })
	void aRequestBeyondTheShareWaitsForAnAcknowledgement(Consistency consistency) {
		LocalMember alice = shortOfCredit(consistency);
		Decision waiting = alice.consume(1);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		assertThat(waiting.reason()).isEqualTo(Reason.UNACKNOWLEDGED);
		assertThat(alice.acknowledgementsWanted()).isEqualTo(1);
		assertThat(alice.store().replicas().hasWaiting()).isTrue();
		assertThat(alice.status().waiting()).isEqualTo(1);
		assertThat(alice.status().spendable()).isEqualTo(tokens(4));
		alice.advance(Duration.ofMillis(24));
		alice.publish();
		assertThat(completion(waiting)).isNotDone();
		alice.acknowledge();
		assertThat(completion(waiting))
			.isCompletedWithValueMatching((decision) -> decision.isAdmitted() && decision.reason() == Reason.CREDIT);
		assertThat(alice.store().replicas().hasWaiting()).isFalse();
		assertThat(alice.status().spendable()).isEqualTo(tokens(4));
	}

	@Test
	void boundedAdmitsOnTheLevelWhenTheWaitEnds() {
		LocalMember alice = shortOfCredit(Consistency.BOUNDED);
		Decision waiting = alice.consume(1);
		alice.advance(CREDIT_WAIT.minusNanos(1));
		assertThat(completion(waiting)).isNotDone();
		alice.advance(Duration.ofNanos(1));
		assertThat(completion(waiting))
			.isCompletedWithValueMatching((decision) -> decision.isAdmitted() && decision.reason() == Reason.LEVEL);
		assertThat(alice.status().level()).isEqualTo(tokens(4));
		assertThat(alice.store().replicas().hasWaiting()).isFalse();
	}

	@Test
	void strictRejectsWhenTheWaitEnds() {
		LocalMember alice = shortOfCredit(Consistency.STRICT);
		Decision waiting = alice.consume(1);
		alice.advance(CREDIT_WAIT.minusNanos(1));
		assertThat(completion(waiting)).isNotDone();
		alice.advance(Duration.ofNanos(1));
		assertThat(completion(waiting)).isCompletedWithValueMatching(
				(decision) -> !decision.isAdmitted() && decision.reason() == Reason.UNACKNOWLEDGED);
		assertThat(alice.status().level()).isEqualTo(alice.status().spendable()).isEqualTo(tokens(5));
		assertThat(alice.store().replicas().hasWaiting()).isFalse();
	}

	@Test
	void aTickLooksAtABucketWithALineOnce() {
		LocalMember alice = shortOfCredit(Consistency.BOUNDED);
		assertThat(alice.consume(1).outcome()).isEqualTo(Outcome.WAITING);
		Bucket bucket = alice.store().limits().get(LocalMember.LIMIT).table().bucket(LocalMember.KEY, alice.now());
		int before = bucket.remembered();
		alice.tick();
		assertThat(bucket.remembered()).isEqualTo(before + 1);
	}

	@Test
	void eventualNeverWaits() {
		LocalMember alice = shortOfCredit(Consistency.EVENTUAL);
		for (int i = 0; i < 5; i++) {
			Decision decision = alice.consume(1);
			assertThat(decision.isAdmitted()).isTrue();
			assertThat(decision.reason()).isEqualTo(Reason.LEVEL);
		}
		assertThat(alice.consume(1).reason()).isEqualTo(Reason.EXHAUSTED);
		assertThat(alice.acknowledgementsWanted()).isZero();
	}

	@Test
	void oneRequestMayAlwaysGoWithNothingUnacknowledged() {
		LocalMember alice = member(Consistency.STRICT);
		alice.hear(BOB);
		assertThat(alice.consume(10).isAdmitted()).isTrue();
	}

	@Test
	void aRequestIsRejectedAtOnceWhenTheLevelIsReservedAway() {
		LocalMember alice = shortOfCredit(Consistency.BOUNDED);
		Decision first = alice.consume(4);
		assertThat(first.outcome()).isEqualTo(Outcome.WAITING);
		Decision second = alice.consume(2);
		assertThat(second.reason()).isEqualTo(Reason.EXHAUSTED);
		assertThat(second.remaining()).isEqualTo(tokens(1));
	}

	@ParameterizedTest
	@EnumSource(names = { "STRICT", "BOUNDED" })
	void isServedInTheOrderOfArrival(Consistency consistency) {
		LocalMember alice = shortOfCredit(consistency);
		List<Integer> served = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			int number = i;
			completion(alice.consume(1)).thenAccept((decision) -> served.add(number));
			alice.advance(Duration.ofMillis(1));
		}
		alice.publish();
		alice.acknowledge();
		assertThat(served).isNotEmpty();
		Decision late = alice.consume(1);
		assertThat(late.outcome()).as("behind those who came first").isEqualTo(Outcome.WAITING);
		completion(late).thenAccept((decision) -> served.add(4));
		alice.advance(CREDIT_WAIT);
		assertThat(served).containsExactly(0, 1, 2, 3, 4);
	}

	@Test
	void aRequestThatIsCancelledTakesItsReservationBackAndServesTheNext() {
		LocalMember alice = shortOfCredit(Consistency.STRICT);
		Decision first = alice.consume(3);
		Decision second = alice.consume(2);
		assertThat(alice.status().spendable()).isZero();
		assertThat(completion(first).cancel(false)).isTrue();
		assertThat(alice.status().spendable()).isEqualTo(tokens(3));
		assertThat(alice.status().waiting()).isEqualTo(1);
		alice.publish();
		alice.acknowledge();
		assertThat(completion(second)).isCompletedWithValueMatching(Decision::isAdmitted);
		assertThat(alice.status().level()).isEqualTo(tokens(3));
		assertThat(alice.store().replicas().hasWaiting()).isFalse();
		alice.advance(CREDIT_WAIT);
		assertThat(alice.status().level()).isEqualTo(tokens(3));
		assertThat(alice.counted()).hasSize(2);
	}

	@Test
	void cancellingADecisionThatHasFallenChangesNothing() {
		LocalMember alice = shortOfCredit(Consistency.BOUNDED);
		Decision waiting = alice.consume(2);
		alice.advance(CREDIT_WAIT);
		assertThat(completion(waiting).cancel(false)).isFalse();
		assertThat(alice.status().level()).isEqualTo(alice.status().spendable()).isEqualTo(tokens(3));
	}

	@Test
	void whoGivesUpWhileItsReservationIsKeptSpendsNothing() {
		LocalMember alice = shortOfCredit(Consistency.STRICT);
		List<Decision> waiting = new ArrayList<>();
		TokenBucketLimiter limiter = new TokenBucketLimiter(alice.store(), alice.time(), alice.time(),
				(event) -> completion(waiting.get(0)).cancel(false));
		waiting.add(limiter.tryConsume(LocalMember.LIMIT, LocalMember.KEY, 4));
		Decision next = alice.consume(1);
		alice.publish();
		alice.acknowledge();
		assertThat(completion(waiting.get(0))).isCancelled();
		assertThat(completion(next)).isCompletedWithValueMatching(Decision::isAdmitted);
		assertThat(alice.status().level()).isEqualTo(alice.status().spendable()).isEqualTo(tokens(4));
		assertThat(alice.publish()).last()
			.satisfies((update) -> assertThat(update.state().netConsumedBy(ALICE)).isEqualTo(tokens(6)));
		assertThat(completion(waiting.get(0)).cancel(false)).isTrue();
		assertThat(alice.status().level()).isEqualTo(tokens(4));
	}

	@Test
	void aRequestIsRejectedWhenItsTokensTurnOutToBeSpent() {
		LocalMember alice = shortOfCredit(Consistency.BOUNDED);
		Decision waiting = alice.consume(2);
		alice.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(4)));
		assertThat(completion(waiting)).isCompletedWithValueMatching(
				(decision) -> !decision.isAdmitted() && decision.reason() == Reason.EXHAUSTED);
		assertThat(alice.status().spendable()).isEqualTo(tokens(1));
	}

	@Test
	void aRequestIsAdmittedWhenNobodyIsLeftToWaitFor() {
		LocalMember alice = shortOfCredit(Consistency.STRICT);
		Decision waiting = alice.consume(2);
		alice.store().membershipChanged(MembershipView.alone(ALICE, alice.now()), alice.now());
		assertThat(completion(waiting)).isCompletedWithValueMatching(Decision::isAdmitted);
	}

	@Test
	void aDecisionIsCountedWhenItFalls() {
		LocalMember alice = shortOfCredit(Consistency.BOUNDED);
		alice.consume(1);
		assertThat(alice.counted()).hasSize(1);
		alice.advance(CREDIT_WAIT);
		assertThat(alice.counted()).hasSize(2);
		assertThat(alice.limiter().status(LocalMember.LIMIT).admitted()).isEqualTo(2);
	}

	/**
	 * Time goes on while a line is served: whenever a request is told, the next is due.
	 */
	@Test
	void aLineOfAnyLengthIsAnswered() {
		AtomicLong now = new AtomicLong();
		AtomicLong step = new AtomicLong(1);
		NanoClock clock = () -> now.addAndGet(step.get());
		List<Runnable> timer = new ArrayList<>();
		LimitPolicy policy = policy(limit(100_000, "0.000001"), Consistency.STRICT);
		BucketStore store = new BucketStore(ALICE, List.of(policy), new LimiterSettings(3, CREDIT_WAIT, 10), clock);
		store.membershipChanged(Fleets.healthy(0, ALICE, BOB), 0);
		TokenBucketLimiter limiter = new TokenBucketLimiter(store, clock, (delay, task) -> timer.add(task), null);
		limiter.tryConsume(LocalMember.LIMIT, LocalMember.KEY, 50_000);
		long start = now.get();
		List<Decision> waiting = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			waiting.add(limiter.tryConsume(LocalMember.LIMIT, LocalMember.KEY, 1));
		}
		now.set(start + CREDIT_WAIT.toNanos());
		step.set(3);
		while (!timer.isEmpty()) {
			timer.remove(0).run();
		}
		assertThat(waiting).allMatch((decision) -> completion(decision).isDone());
		assertThat(store.replicas().hasWaiting()).isFalse();
	}

	private static CompletableFuture<Decision> completion(Decision waiting) {
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		return waiting.completion().toCompletableFuture();
	}

	/** Five of ten tokens are left, and half of ten are spent. */
	private static LocalMember shortOfCredit(Consistency consistency) {
		LocalMember alice = member(consistency);
		alice.hear(BOB);
		assertThat(alice.consume(5).isAdmitted()).isTrue();
		return alice;
	}

	private static LocalMember member(Consistency consistency) {
		return new LocalMember(policy(limit(10, "0.000001"), consistency));
	}

}
