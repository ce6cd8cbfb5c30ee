package io.openclaw.tokenbucket.limiter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.LimitStatus;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link TokenBucketLimiter}: a member alone.
 */
class TokenBucketLimiterTests {

	private final LocalMember member = new LocalMember(policy(limit(10, "2.5"), Consistency.BOUNDED));

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@Test
	void admitsUntilTheBucketIsEmptyAndConsumesNothingThen() {
		for (int left = 9; left >= 0; left--) {
			Decision decision = this.member.consume(1);
			assertThat(decision.isAdmitted()).isTrue();
			assertThat(decision.reason()).isEqualTo(Reason.CREDIT);
			assertThat(decision.remainingTokens()).isEqualTo(left);
		}
		Decision rejected = this.member.consume(1);
		assertThat(rejected.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(rejected.reason()).isEqualTo(Reason.EXHAUSTED);
		assertThat(rejected.remaining()).isZero();
		assertThat(rejected.timeToWait()).isEqualTo(Duration.ofMillis(400));
		assertThat(this.member.status().level()).isZero();
		assertThat(this.member.status().consumedHere()).isEqualTo(tokens(10));
	}

	@Test
	void refillsWithTime() {
		this.member.consume(10);
		this.member.advance(Duration.ofMillis(399));
		assertThat(this.member.consume(1).isAdmitted()).isFalse();
		this.member.advance(Duration.ofMillis(1));
		assertThat(this.member.consume(1).isAdmitted()).isTrue();
		this.member.advance(Duration.ofDays(365));
		assertThat(this.member.consume(11).isAdmitted()).isFalse();
		assertThat(this.member.consume(10).isAdmitted()).isTrue();
	}

	@Test
	void aRequestForNothingIsAdmittedOnAnEmptyBucket() {
		this.member.consume(10);
		assertThat(this.member.consume(0).isAdmitted()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void aClientThatWaitsAsLongAsItIsToldIsAdmitted(long seed) {
		Random random = new Random(seed);
		long capacity = 1 + random.nextLong(1L << random.nextInt(1, 20));
		Limit limit = new Limit(LocalMember.LIMIT, tokens(capacity),
				new RefillRate(1000 + random.nextLong(1L << random.nextInt(1, 45)),
						1_000_000_000 + random.nextLong(99)),
				tokens(random.nextLong(capacity)), 0);
		LocalMember alone = new LocalMember(policy(limit, Consistency.STRICT));
		for (int request = 0; request < 20; request++) {
			long cost = 1 + random.nextLong(capacity);
			Decision decision = alone.consume(cost);
			while (decision.isAdmitted()) {
				decision = alone.consume(cost);
			}
			long wait = decision.nanosToWait();
			assertThat(wait).as("seed %d, request %d", seed, request).isPositive();
			alone.advance(Duration.ofNanos(wait));
			assertThat(alone.consume(cost).isAdmitted()).as("seed %d, request %d", seed, request).isTrue();
			alone.advance(Duration.ofNanos(random.nextLong(1L << 30)));
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void neverAdmitsMoreThanCapacityAndRefillNorLessThanAnIdealBucket(long seed) {
		Random random = new Random(seed);
		long admitted = 0;
		BigDecimal ideal = BigDecimal.TEN;
		for (int request = 0; request < 300; request++) {
			long millis = random.nextLong(1000);
			this.member.advance(Duration.ofMillis(millis));
			ideal = ideal.add(new BigDecimal("0.0025").multiply(BigDecimal.valueOf(millis))).min(BigDecimal.TEN);
			long cost = random.nextLong(5);
			boolean expected = ideal.compareTo(BigDecimal.valueOf(cost)) >= 0;
			assertThat(this.member.consume(cost).isAdmitted()).as("seed %d, request %d", seed, request)
				.isEqualTo(expected);
			ideal = expected ? ideal.subtract(BigDecimal.valueOf(cost)) : ideal;
			admitted += expected ? cost : 0;
			if (random.nextInt(10) == 0) {
				this.member.store().acknowledgeAlone(this.member.now());
				this.member.tick();
			}
		}
		assertThat(admitted).as("seed %d", seed).isPositive();
	}

	@Test
	void aCostAboveTheCapacityConsumesNothingAndIsNeverAdmitted() {
		Decision decision = this.member.consume(11);
		assertThat(decision.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(decision.reason()).isEqualTo(Reason.COST_ABOVE_CAPACITY);
		assertThat(decision.nanosToWait()).isEqualTo(Long.MAX_VALUE);
		assertThat(decision.remaining()).isEqualTo(tokens(10));
		assertThat(this.member.consume(Long.MAX_VALUE).reason()).isEqualTo(Reason.COST_ABOVE_CAPACITY);
		assertThat(this.member.store().size()).isZero();
		assertThat(this.member.consume(10).isAdmitted()).isTrue();
	}

	@Test
	void keysHaveBucketsOfTheirOwn() {
		this.member.consume(10);
		assertThat(this.member.limiter().tryConsume(LocalMember.LIMIT, "other", 10).isAdmitted()).isTrue();
	}

	@Test
	void anUnknownLimitIsAnError() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.member.limiter().tryConsume("ratign", "4711", 1))
			.withMessageContaining("ratign")
			.withMessageContaining("rating");
		assertThatIllegalArgumentException().isThrownBy(() -> this.member.consume(-1));
	}

	@Test
	void everyFinalDecisionIsCountedOnce() {
		this.member.consume(10);
		this.member.consume(1);
		this.member.consume(11);
		assertThat(this.member.counted()).extracting(Decision::reason)
			.containsExactly(Reason.CREDIT, Reason.EXHAUSTED, Reason.COST_ABOVE_CAPACITY);
		LimitStatus status = this.member.limiter().status(LocalMember.LIMIT);
		assertThat(status.admitted()).isEqualTo(1);
		assertThat(status.rejected()).isEqualTo(2);
	}

	@Test
	void theLowestLevelIsReportedOnce() {
		this.member.consume(7);
		this.member.limiter().tryConsume(LocalMember.LIMIT, "other", 2);
		assertThat(this.member.limiter().drainLowestLevel(LocalMember.LIMIT)).isEqualTo(tokens(3));
		assertThat(this.member.limiter().drainLowestLevel(LocalMember.LIMIT)).isEqualTo(tokens(10));
	}

	@Test
	void lookingAtABucketDoesNotCreateIt() {
		assertThat(this.member.limiter().find(LocalMember.LIMIT, "4711")).isEmpty();
		assertThat(this.member.status().spendable()).isEqualTo(tokens(10));
		assertThat(this.member.limiter().activeKeys(LocalMember.LIMIT)).isZero();
		this.member.consume(4);
		assertThat(this.member.status().timeToFull()).isEqualTo(Duration.ofMillis(1600));
		assertThat(this.member.status().timeToNextToken()).isEqualTo(Duration.ofMillis(400));
	}

	@Test
	void aMemberThatNobodyHearsYetSpendsItsPart() {
		LocalMember joiner = new LocalMember(policy(limit(10, "2.5"), Consistency.STRICT));
		joiner.store().membershipChanged(MembershipView.joining(Fleets.ALICE, 3, joiner.now()), joiner.now());
		assertThat(joiner.consume(3).isAdmitted()).isTrue();
		Decision decision = joiner.consume(1);
		assertThat(decision.reason()).isEqualTo(Reason.REDUCED_CAPACITY);
		joiner.advance(Duration.ofHours(1));
		joiner.tick();
		assertThat(joiner.consume(1).isAdmitted()).isFalse();
		joiner.hear(BOB);
		assertThat(joiner.consume(1).isAdmitted()).isTrue();
	}

}
