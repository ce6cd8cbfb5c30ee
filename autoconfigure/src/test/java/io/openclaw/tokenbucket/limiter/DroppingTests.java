package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Tests for buckets that are dropped and created again.
 */
class DroppingTests {

	private static final LimitPolicy POLICY = policy(limit(10, "1"), Consistency.EVENTUAL);

	private final LocalMember alice = new LocalMember(POLICY);

	static LongStream seeds() {
		return LongStream.range(0, 50);
	}

	@Test
	void aBucketThatIsFullIdleAndAcknowledgedIsDropped() {
		LocalMember slow = new LocalMember(policy(limit(10, "0.25"), Consistency.EVENTUAL));
		slow.hear(BOB);
		slow.consume(3);
		tickAfter(slow, Duration.ofMillis(11_999));
		assertThat(held(slow)).as("not full").isTrue();
		tickAfter(slow, Duration.ofMillis(1));
		assertThat(held(slow)).as("not published").isTrue();
		slow.publish();
		slow.tick();
		assertThat(held(slow)).as("not acknowledged").isTrue();
		slow.acknowledge();
		slow.tick();
		assertThat(held(slow)).isFalse();
		assertThat(slow.store().size()).isZero();
	}

	@Test
	void aBucketThatAnybodyUsedLatelyIsNotDropped() {
		this.alice.hear(BOB);
		this.alice.consume(1);
		this.alice.publish();
		this.alice.acknowledge();
		tickAfter(this.alice, Duration.ofMillis(9_999));
		assertThat(held(this.alice)).isTrue();
		this.alice.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(1)));
		tickAfter(this.alice, Duration.ofMillis(9_999));
		assertThat(held(this.alice)).isTrue();
		tickAfter(this.alice, Duration.ofMillis(1));
		assertThat(held(this.alice)).isFalse();
	}

	@Test
	void aBucketIsNotDroppedWhileAMemberIsNotHeard() {
		this.alice.hear(BOB);
		this.alice.consume(1);
		this.alice.publish();
		this.alice.acknowledge();
		long now = this.alice.now();
		this.alice.store().membershipChanged(view(now, ALICE, lost(BOB, now, now)), now);
		tickAfter(this.alice, Duration.ofHours(1));
		tickAfter(this.alice, Duration.ofHours(1));
		assertThat(held(this.alice)).isTrue();
		this.alice.hear(BOB);
		tickAfter(this.alice, Duration.ofHours(1));
		// What it granted in the meantime is news to the other.
		assertThat(held(this.alice)).isTrue();
		assertThat(this.alice.publish()).hasSize(1);
		this.alice.acknowledge();
		tickAfter(this.alice, Duration.ofHours(1));
		assertThat(held(this.alice)).isFalse();
	}

	@Test
	void aBucketIsNotDroppedWhileARequestHoldsTokens() {
		LocalMember bounded = new LocalMember(policy(limit(10, "1000"), Consistency.BOUNDED));
		bounded.hear(BOB);
		bounded.consume(6);
		bounded.advance(Duration.ofMillis(1));
		Decision waiting = bounded.consume(9);
		assertThat(waiting.outcome()).isEqualTo(Outcome.REJECTED);
		waiting = bounded.consume(5);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		bounded.advance(Duration.ofMillis(20));
		bounded.tick();
		bounded.tick();
		assertThat(bounded.store().size()).isEqualTo(1);
		bounded.advance(Duration.ofMillis(5));
		assertThat(waiting.completion().toCompletableFuture()).isCompletedWithValueMatching(Decision::isAdmitted);
	}

	@Test
	void aDroppedBucketEqualsAFreshOne() {
		LocalMember late = new LocalMember(policy(limit("rating", 10, "0.5", 4), Consistency.EVENTUAL));
		late.consume(1);
		for (int i = 0; i < 14; i++) {
			late.advance(Duration.ofSeconds(1));
			late.store().acknowledgeAlone(late.now());
			late.tick();
			assertThat(late.store().size()).isEqualTo((i < 13) ? 1 : 0);
		}
		assertThat(late.status().level()).isEqualTo(tokens(10));
		assertThat(late.limiter().tryConsume(LocalMember.LIMIT, "never seen", 10).isAdmitted()).isTrue();
	}

	// Between dropping a bucket and taking it off the map any time may pass.
	@ParameterizedTest
	@EnumSource(Mode.class)
	void aRequestThatFindsADroppedBucketDoesNotWaitForItToBeRemoved(Mode mode) {
		LocalMember member = new LocalMember(
				new LimitPolicy(limit(10, "1"), Consistency.BOUNDED, Duration.ofMillis(25), mode));
		member.consume(1);
		member.store().acknowledgeAlone(member.now());
		member.tick();
		member.advance(Duration.ofSeconds(20));
		Bucket bucket = member.store().limits().get(LocalMember.LIMIT).table().bucket(LocalMember.KEY, member.now());
		assertThat(bucket.sweep(member.now(), 0)).isTrue();
		Decision decision = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> member.consume(3));
		assertThat(decision.isAdmitted()).isTrue();
		assertThat(decision.remaining()).isEqualTo(tokens(7));
		assertThat(member.store().size()).isEqualTo(1);
		member.store().limits().forget(bucket);
		assertThat(member.store().size()).as("the new one stays").isEqualTo(1);
		assertThat(member.status().level()).isEqualTo(tokens(7));
	}

	// Else a request could find its bucket dropped over and over.
	@Test
	void aNewBucketIsNotDroppedBeforeItsFirstUse() {
		this.alice.advance(Duration.ofHours(1));
		Bucket bucket = this.alice.store()
			.limits()
			.get(LocalMember.LIMIT)
			.table()
			.bucket(LocalMember.KEY, this.alice.now());
		this.alice.tick();
		tickAfter(this.alice, Duration.ofMillis(9_999));
		assertThat(held(this.alice)).isTrue();
		assertThat(bucket.status(this.alice.now()).level()).isEqualTo(tokens(10));
		tickAfter(this.alice, Duration.ofMillis(1));
		assertThat(held(this.alice)).isFalse();
	}

	@Test
	void statesThatNobodyCanAskForAreForgottenWithoutFurtherUse() {
		LocalMember slow = new LocalMember(policy(limit(1000, "0.001"), Consistency.EVENTUAL));
		slow.hear(BOB);
		for (int i = 0; i < 10; i++) {
			slow.consume(1);
			tickAfter(slow, Duration.ofMillis(200));
		}
		Bucket bucket = slow.store().limits().get(LocalMember.LIMIT).table().bucket(LocalMember.KEY, slow.now());
		assertThat(bucket.remembered()).isEqualTo(10);
		tickAfter(slow, Duration.ofSeconds(60));
		assertThat(bucket.remembered()).isEqualTo(1);
	}

	@Test
	void aBucketIsBornAnewEachTime() {
		assertThat(birthsOf(spendAndDrop(), spendAndDrop(), spendAndDrop())).isEqualTo(3);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whoDropsBucketsDecidesAsWhoNeverDoes(long seed) {
		Random random = new Random(seed);
		VirtualTime time = new VirtualTime();
		LocalMember dropping = new LocalMember(time, ALICE, 100, POLICY);
		LocalMember keeping = new LocalMember(time, ALICE, 100, POLICY);
		int dropped = 0;
		for (int request = 0; request < 300; request++) {
			time.advance(Duration.ofMillis(random.nextLong(1L << random.nextInt(1, 18))));
			dropping.store().acknowledgeAlone(dropping.now());
			dropping.tick();
			dropping.tick();
			dropped += (dropping.store().size() == 0) ? 1 : 0;
			long cost = random.nextLong(6);
			Decision expected = keeping.consume(cost);
			Decision actual = dropping.consume(cost);
			assertThat(actual.outcome()).as("seed %d, request %d", seed, request).isEqualTo(expected.outcome());
			assertThat(actual.remainingTokens()).as("seed %d, request %d", seed, request)
				.isEqualTo(expected.remainingTokens());
		}
		assertThat(dropped).as("seed %d", seed).isGreaterThan(10);
	}

	/**
	 * Bob never drops. However often Alice drops and recreates, and whatever of Bob's
	 * copy, old or new, reaches her in between, Bob knows all that she ever spent.
	 */
	@ParameterizedTest
	@MethodSource("seeds")
	void spendingIsNeverMaskedByWhatAPeerRemembers(long seed) {
		Random random = new Random(seed);
		VirtualTime time = new VirtualTime();
		LocalMember bob = new LocalMember(time, BOB, 100, POLICY);
		LocalMember dropping = new LocalMember(time, ALICE, 100, POLICY);
		dropping.hear(BOB);
		bob.hear(ALICE);
		long spentByAlice = 0;
		long spentByBob = 0;
		for (int step = 0; step < 400; step++) {
			time.advance(Duration.ofMillis(random.nextLong(1L << random.nextInt(1, 18))));
			switch (random.nextInt(5)) {
				case 0 -> spentByAlice += spend(dropping, random.nextLong(6));
				case 1 -> spentByBob += spend(bob, random.nextLong(6));
				case 2 -> deliver(dropping, bob);
				case 3 -> deliver(bob, dropping);
				default -> {
					dropping.tick();
					dropping.tick();
				}
			}
		}
		bob.merge(dropping.status().state());
		dropping.merge(bob.status().state());
		TokenBucketState known = bob.status().state();
		assertThat(known.netConsumedBy(ALICE)).as("seed %d", seed).isEqualTo(tokens(spentByAlice));
		assertThat(known.netConsumedBy(BOB)).as("seed %d", seed).isEqualTo(tokens(spentByBob));
		assertThat(known.consumed().size()).as("seed %d: births", seed).isGreaterThan(2);
		assertThat(dropping.status().level()).as("seed %d", seed)
			.isBetween(bob.status().level() - 2, bob.status().level() + 2);
		double seconds = time.elapsed().toMillis() / 1000.0;
		assertThat((double) (spentByAlice + spentByBob)).as("seed %d", seed).isLessThan(10 + seconds + 10);
	}

	private static long spend(LocalMember member, long tokens) {
		return member.consume(tokens).isAdmitted() ? tokens : 0;
	}

	private static void deliver(LocalMember from, LocalMember to) {
		from.publish()
			.forEach((update) -> assertThat(to.store().replicas().merge(update, to.now()).isAccepted()).isTrue());
		from.acknowledge();
	}

	private TokenBucketState spendAndDrop() {
		this.alice.consume(1);
		TokenBucketState state = this.alice.publish().get(0).state();
		this.alice.acknowledge();
		tickAfter(this.alice, Duration.ofSeconds(11));
		assertThat(held(this.alice)).isFalse();
		return state;
	}

	private static long birthsOf(TokenBucketState... states) {
		return List.of(states)
			.stream()
			.flatMap((state) -> births(state).stream())
			.filter((birth) -> birth.member().equals(ALICE))
			.distinct()
			.count();
	}

	private static List<Birth> births(TokenBucketState state) {
		List<Birth> births = new ArrayList<>();
		state.consumed().forEach((birth, amount) -> births.add(birth));
		return births;
	}

	private static void tickAfter(LocalMember member, Duration duration) {
		member.advance(duration);
		member.tick();
	}

	private static boolean held(LocalMember member) {
		return member.limiter().find(LocalMember.LIMIT, LocalMember.KEY).isPresent();
	}

}
