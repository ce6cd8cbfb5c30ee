package io.openclaw.tokenbucket.limiter;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for several limits at once at a member alone.
 */
class JointDecisionTests {

	private final LocalMember member = new LocalMember(policy(limit("per-ip", 5, "0.001", 5), Consistency.STRICT),
			policy(limit("per-key", 10, "0.001", 10), Consistency.BOUNDED),
			policy(limit("per-user", 20, "0.001", 20), Consistency.EVENTUAL));

	static LongStream seeds() {
		return LongStream.range(0, 50);
	}

	@Test
	void isAdmittedWhereEveryLimitAdmits() {
		JointDecision decision = ask(3, 4, 5);
		assertThat(decision.isAdmitted()).isTrue();
		assertThat(decision.decisions()).extracting(Decision::remainingTokens).containsExactly(17L, 6L, 0L);
		assertThat(decision.decisions()).extracting((part) -> part.limit().name())
			.containsExactly("per-user", "per-key", "per-ip");
	}

	@Test
	void consumesNothingAnywhereWhereOneRejects() {
		ask(0, 8, 0);
		JointDecision decision = ask(1, 3, 1);
		assertThat(decision.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(reasons(decision)).containsExactly(Reason.OTHER_LIMIT, Reason.EXHAUSTED, Reason.OTHER_LIMIT);
		assertThat(decision.decisions()).extracting(Decision::remainingTokens).containsExactly(20L, 2L, 5L);
		assertThat(levels()).containsExactly(tokens(20), tokens(2), tokens(5));
		assertThat(spendables()).isEqualTo(levels());
	}

	@Test
	void eachLimitThatIsShortSaysSo() {
		ask(18, 8, 0);
		JointDecision decision = ask(3, 3, 1);
		assertThat(reasons(decision)).containsExactly(Reason.EXHAUSTED, Reason.EXHAUSTED, Reason.OTHER_LIMIT);
		assertThat(decision.decisions().get(0).nanosToWait()).isPositive();
	}

	@Test
	void aCostAboveOneCapacityIsToldApartFromLimitsThatAreShort() {
		ask(18, 8, 0);
		JointDecision decision = ask(3, 1, 6);
		assertThat(reasons(decision)).containsExactly(Reason.EXHAUSTED, Reason.OTHER_LIMIT, Reason.COST_ABOVE_CAPACITY);
		assertThat(decision.decisions().get(0).nanosToWait()).isEqualTo(1_000_000_000_000L);
		assertThat(decision.decisions().get(1).nanosToWait()).isZero();
		assertThat(decision.decisions().get(2).nanosToWait()).isEqualTo(Long.MAX_VALUE);
		assertThat(levels()).containsExactly(tokens(2), tokens(2), tokens(5));
	}

	@Test
	void twoChargesOnOneBucketAddUp() {
		Charge charge = new Charge("per-key", "4711", 4);
		assertThat(this.member.limiter().tryConsume(List.of(charge, charge)).isAdmitted()).isTrue();
		JointDecision decision = this.member.limiter()
			.tryConsume(List.of(new Charge("per-key", "4711", 1), new Charge("per-key", "4711", 2)));
		assertThat(decision.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(levels()).containsExactly(tokens(20), tokens(2), tokens(5));
	}

	@Test
	void refusesUnknownLimitsWithoutConsuming() {
		List<Charge> charges = List.of(new Charge("per-key", "4711", 1), new Charge("per-host", "4711", 1));
		assertThatIllegalArgumentException().isThrownBy(() -> this.member.limiter().tryConsume(charges))
			.withMessageContaining("per-host");
		assertThatIllegalArgumentException().isThrownBy(() -> this.member.limiter().tryConsume(List.of()));
		assertThat(levels()).containsExactly(tokens(20), tokens(10), tokens(5));
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void isAllOrNothing(long seed) {
		Random random = new Random(seed);
		long[] left = { 20, 10, 5 };
		for (int request = 0; request < 50; request++) {
			long[] costs = { random.nextLong(8), random.nextLong(5), random.nextLong(4) };
			boolean expected = costs[0] <= left[0] && costs[1] <= left[1] && costs[2] <= left[2];
			assertThat(ask(costs[0], costs[1], costs[2]).isAdmitted()).as("seed %d, request %d", seed, request)
				.isEqualTo(expected);
			for (int i = 0; expected && i < left.length; i++) {
				left[i] -= costs[i];
			}
			assertThat(levels()).as("seed %d, request %d", seed, request)
				.containsExactly(tokens(left[0]), tokens(left[1]), tokens(left[2]));
		}
	}

	private JointDecision ask(long perUser, long perKey, long perIp) {
		return this.member.limiter()
			.tryConsume(List.of(new Charge("per-user", "4711", perUser), new Charge("per-key", "4711", perKey),
					new Charge("per-ip", "4711", perIp)));
	}

	private static List<Reason> reasons(JointDecision decision) {
		return decision.decisions().stream().map(Decision::reason).toList();
	}

	private List<Long> levels() {
		return statuses().map(BucketStatus::level).toList();
	}

	private List<Long> spendables() {
		return statuses().map(BucketStatus::spendable).toList();
	}

	private Stream<BucketStatus> statuses() {
		return Stream.of("per-user", "per-key", "per-ip").map((limit) -> this.member.limiter().peek(limit, "4711"));
	}

}
