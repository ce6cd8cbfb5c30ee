package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for several limits at once that wait for acknowledgements.
 */
class JointWaitingTests {

	private static final Duration CREDIT_WAIT = Duration.ofMillis(25);

	private final LocalMember alice = new LocalMember(policy(limit("bounded", 10, "0.000001", 10), Consistency.BOUNDED),
			policy(limit("eventual", 10, "0.000001", 10), Consistency.EVENTUAL),
			policy(limit("strict", 10, "0.000001", 10), Consistency.STRICT));

	@Test
	void waitsForTheLastLimitAndIsThenAdmittedByAll() {
		shortOfCredit("strict");
		JointDecision waiting = ask(3, "eventual", "strict", "bounded");
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		assertThat(spendables()).containsExactly(tokens(7), tokens(7), tokens(2));
		assertThat(levels()).containsExactly(tokens(10), tokens(10), tokens(5));
		this.alice.publish();
		this.alice.acknowledge();
		assertThat(completion(waiting)).isCompletedWithValueMatching(JointDecision::isAdmitted);
		assertThat(levels()).containsExactly(tokens(7), tokens(7), tokens(2)).isEqualTo(spendables());
	}

	@Test
	void waitsForEachLimitInItsOwnLine() {
		shortOfCredit("strict");
		shortOfCredit("bounded");
		JointDecision waiting = ask(2, "strict", "bounded");
		this.alice.advance(CREDIT_WAIT.dividedBy(2));
		this.alice.publish();
		this.alice.store().replicas().acknowledge(BucketKey.of("bounded", "4711"), 1, this.alice.now());
		assertThat(completion(waiting)).isNotDone();
		this.alice.store().replicas().acknowledge(BucketKey.of("strict", "4711"), 1, this.alice.now());
		assertThat(completion(waiting)).isCompletedWithValueMatching(JointDecision::isAdmitted);
		assertThat(levels()).containsExactly(tokens(3), tokens(10), tokens(3)).isEqualTo(spendables());
	}

	@Test
	void oneLimitThatRejectsAtItsDeadlineReleasesAllOthers() {
		shortOfCredit("strict");
		JointDecision waiting = ask(3, "strict", "eventual", "bounded");
		this.alice.advance(CREDIT_WAIT);
		assertThat(completion(waiting)).isCompletedWithValueMatching((decision) -> decision.decisions()
			.stream()
			.map(Decision::reason)
			.toList()
			.equals(List.of(Reason.UNACKNOWLEDGED, Reason.OTHER_LIMIT, Reason.OTHER_LIMIT)));
		assertThat(levels()).containsExactly(tokens(10), tokens(10), tokens(5)).isEqualTo(spendables());
	}

	@Test
	void aLimitThatIsExhaustedRejectsAtOnceAndLeavesNobodyInLine() {
		shortOfCredit("bounded");
		this.alice.limiter().tryConsume("eventual", "4711", 9);
		JointDecision rejected = ask(2, "bounded", "eventual", "strict");
		assertThat(rejected.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(this.alice.store().replicas().hasWaiting()).isFalse();
		assertThat(levels()).containsExactly(tokens(5), tokens(1), tokens(10)).isEqualTo(spendables());
	}

	@Test
	void cancellationTakesAllReservationsBack() {
		shortOfCredit("bounded");
		shortOfCredit("strict");
		JointDecision waiting = ask(2, "bounded", "eventual", "strict");
		assertThat(completion(waiting).cancel(false)).isTrue();
		assertThat(this.alice.store().replicas().hasWaiting()).isFalse();
		assertThat(levels()).containsExactly(tokens(5), tokens(10), tokens(5)).isEqualTo(spendables());
		this.alice.advance(CREDIT_WAIT);
		assertThat(levels()).containsExactly(tokens(5), tokens(10), tokens(5)).isEqualTo(spendables());
	}

	/** What one request holds is not acknowledged, so it counts against the next. */
	@Test
	void whatIsHeldForARequestThatWaitsElsewhereUsesUpCredit() {
		this.alice.hear(BOB);
		shortOfCredit("strict");
		JointDecision holder = ask(5, "bounded", "strict");
		assertThat(completion(holder)).isNotDone();
		Decision behind = this.alice.limiter().tryConsume("bounded", "4711", 1);
		assertThat(behind.outcome()).isEqualTo(Outcome.WAITING);
	}

	@Test
	void theNextInLineIsServedWhenAJointRequestReleasesWhatItHeld() {
		shortOfCredit("strict");
		JointDecision holder = ask(5, "bounded", "strict");
		this.alice.advance(CREDIT_WAIT.dividedBy(2));
		Decision behind = this.alice.limiter().tryConsume("bounded", "4711", 1);
		this.alice.advance(CREDIT_WAIT.dividedBy(2).plusNanos(1));
		assertThat(completion(holder)).isCompletedWithValueMatching((decision) -> !decision.isAdmitted());
		assertThat(behind.completion().toCompletableFuture()).isCompletedWithValueMatching(Decision::isAdmitted);
	}

	private void shortOfCredit(String limit) {
		this.alice.hear(BOB);
		assertThat(this.alice.limiter().tryConsume(limit, "4711", 5).isAdmitted()).isTrue();
	}

	private JointDecision ask(long tokens, String... limits) {
		return this.alice.limiter()
			.tryConsume(Stream.of(limits).map((limit) -> new Charge(limit, "4711", tokens)).toList());
	}

	private static CompletableFuture<JointDecision> completion(JointDecision waiting) {
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		return waiting.completion().toCompletableFuture();
	}

	private List<Long> levels() {
		return statuses().map(BucketStatus::level).toList();
	}

	private List<Long> spendables() {
		return statuses().map(BucketStatus::spendable).toList();
	}

	private Stream<BucketStatus> statuses() {
		return Stream.of("bounded", "eventual", "strict").map((limit) -> this.alice.limiter().peek(limit, "4711"));
	}

}
