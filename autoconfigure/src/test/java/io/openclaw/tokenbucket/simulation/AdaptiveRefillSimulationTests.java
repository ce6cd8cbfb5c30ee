package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRefill;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus.Phase;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.AdaptiveFleet.Member;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * A fleet before an upstream that answers 160 requests a second, then half of them, then
 * all again. Three callers want 75 a second, and have a limit of 50 each; one wants 10.
 */
class AdaptiveRefillSimulationTests {

	private static final AdaptiveRefill ADAPTIVE = new AdaptiveRefill(List.of(AdaptiveFleet.LIMIT), 100_000, true);

	private static final AdaptiveRefill ADVISED = new AdaptiveRefill(List.of(AdaptiveFleet.LIMIT), 100_000, false);

	private static final List<String> BUSY = List.of("a", "b", "c");

	private static final int WORKERS = 16;

	private static final double HALF = 80;

	// What is left for the busy callers, in parts of what they may have.
	private static final double FACTOR_AT_HALF = (HALF - 10) / 150;

	// The rate swings: the mean of a minute says where it is, and differs between seeds.
	private static final int LONG_ENOUGH = 60;

	private final List<Second> seconds = new ArrayList<>();

	@ParameterizedTest
	@CsvSource({ "3, BOUNDED", "5, EVENTUAL" })
	void theRateFindsHalfOfTheCapacityWithinThirtySecondsAndGivesAllBackWithinSixty(int members,
			Consistency consistency) {
		AdaptiveFleet fleet = fleet(members, consistency, ADAPTIVE, members);
		run(fleet, 15);
		fleet.upstream().employ(WORKERS / 2);
		run(fleet, 30);
		List<Second> found = run(fleet, LONG_ENOUGH);
		fleet.upstream().employ(WORKERS);
		run(fleet, 60);
		List<Second> back = run(fleet, LONG_ENOUGH);
		assertThatHalfOfTheCapacityIsFound(found);
		assertThat(mean(back, Second::goodput)).isGreaterThan(0.85 * 2 * HALF);
		assertThat(mean(back, Second::factor)).isGreaterThan(0.85);
		assertThatAllGetTheirParts(found);
		assertThatStepsAreBounded();
		assertThat(fleet.fallbacks()).isZero();
	}

	@Test
	void atTheFixedRateNothingIsAnsweredInTimeAnyMore() {
		AdaptiveFleet fleet = fleet(3, null, 1);
		run(fleet, 10);
		fleet.upstream().employ(WORKERS / 2);
		run(fleet, 20);
		assertThat(mean(run(fleet, 10), Second::goodput)).isLessThan(0.1 * HALF);
	}

	@Test
	void anUpstreamThatRefusesIsFoundAsWellThoughMessagesAreLost() {
		AdaptiveFleet fleet = fleet(3, ADAPTIVE, 2);
		fleet.network().lose(0.2, 0.1);
		fleet.upstream().queueAtMost(20);
		run(fleet, 20);
		fleet.upstream().employ(WORKERS / 2);
		run(fleet, 30);
		List<Second> found = run(fleet, LONG_ENOUGH);
		assertThatHalfOfTheCapacityIsFound(found);
		assertThatAllGetTheirParts(found);
		assertThatStepsAreBounded();
	}

	@Test
	void answersThatTakeLongerWhateverTheRateIsDoNotKeepItDown() {
		AdaptiveFleet fleet = fleet(3, ADAPTIVE, 1);
		run(fleet, 20);
		fleet.upstream().delay(Duration.ofMillis(400));
		List<Second> doubtful = run(fleet, 30);
		List<Second> usual = run(fleet, 20);
		assertThat(doubtful).allSatisfy((second) -> assertThat(second.factor()).isGreaterThan(0.5));
		assertThat(mean(usual, Second::factor)).isGreaterThan(0.9);
	}

	@Test
	void whatIsOnlyAdvisedChangesNoRate() {
		AdaptiveFleet fleet = fleet(3, ADVISED, 1);
		fleet.upstream().employ(WORKERS / 2);
		run(fleet, 20);
		assertThat(fleet.members()).allSatisfy((member) -> {
			assertThat(member.factor()).isLessThan(0.5);
			assertThat(member.ratePerSecond()).isEqualTo(50);
		});
	}

	@Test
	void theRateStaysWhileMembersAreApartAndGoesOnAfterwards() {
		AdaptiveFleet fleet = fleet(3, ADAPTIVE, 1);
		Links apart = Links.isolating((member) -> member == 2);
		fleet.upstream().employ(WORKERS / 2);
		run(fleet, 30);
		fleet.network().cut(apart);
		run(fleet, 3);
		List<Double> before = factors(fleet);
		run(fleet, 5);
		assertThat(factors(fleet)).isEqualTo(before);
		assertThat(fleet.members()).allMatch((member) -> member.status().phase() == Phase.FROZEN);
		fleet.network().heal(apart);
		fleet.upstream().employ(WORKERS);
		run(fleet, 45);
		assertThat(mean(run(fleet, 15), Second::goodput)).isGreaterThan(0.9 * 2 * HALF);
		assertThatStepsAreBounded();
	}

	@Test
	void whoJoinsTakesTheRateOverAndWhoDiesIsWaitedForUntilItIsRemoved() {
		AdaptiveFleet fleet = fleet(3, ADAPTIVE, 1);
		fleet.upstream().employ(WORKERS / 2);
		run(fleet, 20);
		Member joiner = fleet.start(ADAPTIVE);
		run(fleet, 5);
		assertThat(joiner.status().step()).isCloseTo(fleet.members().get(0).status().step(), within(1L));
		assertThat(joiner.ratePerSecond()).isLessThan(35);
		fleet.members().get(0).process().kill();
		run(fleet, 3);
		long step = joiner.status().step();
		run(fleet, 5);
		assertThat(joiner.status().step()).isEqualTo(step);
		run(fleet, 15);
		assertThat(joiner.status().step()).isGreaterThan(step + 5);
		assertThatStepsAreBounded();
	}

	@Test
	void theRateStaysUntilAllMembersAdapt() {
		AdaptiveFleet fleet = fleet(2, ADAPTIVE, 1);
		fleet.start(null);
		run(fleet, 10);
		fleet.upstream().employ(WORKERS / 2);
		List<Second> mixed = run(fleet, 15);
		assertThat(mixed).allSatisfy((second) -> assertThat(second.factor()).isEqualTo(mixed.get(0).factor()));
		assertThat(fleet.members().get(0).status().phase()).isEqualTo(Phase.FROZEN);
	}

	// Nobody waits for acknowledgements, which is quicker to simulate.
	private AdaptiveFleet fleet(int members, @Nullable AdaptiveRefill refill, long seed) {
		return fleet(members, Consistency.EVENTUAL, refill, seed);
	}

	private AdaptiveFleet fleet(int members, Consistency consistency, @Nullable AdaptiveRefill refill, long seed) {
		AdaptiveFleet fleet = new AdaptiveFleet(seed, consistency, 50, WORKERS, Duration.ofMillis(100));
		fleet.startTogether(members, refill);
		BUSY.forEach((key) -> fleet.load(key, 75));
		fleet.load("light", 10);
		return fleet;
	}

	private List<Second> run(AdaptiveFleet fleet, int count) {
		List<Second> ran = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			fleet.time().advance(Duration.ofSeconds(1));
			Map<Long, Double> bySteps = new TreeMap<>();
			for (Member member : fleet.members()) {
				member.adaptive().ifPresent((status) -> {
					Double other = bySteps.put(status.step(), status.factor());
					assertThat(other).as("the factor of the same step").isIn(null, status.factor());
				});
			}
			double factor = bySteps.values().stream().findFirst().orElse(1.0);
			ran.add(new Second(factor, fleet.drainAnswered()));
		}
		this.seconds.addAll(ran);
		return ran;
	}

	private static List<Double> factors(AdaptiveFleet fleet) {
		return fleet.members().stream().map(Member::factor).toList();
	}

	private static double mean(List<Second> seconds, ToDoubleFunction<Second> value) {
		return seconds.stream().mapToDouble(value).average().orElseThrow();
	}

	private static void assertThatHalfOfTheCapacityIsFound(List<Second> seconds) {
		assertThat(mean(seconds, Second::factor)).isBetween(0.85 * FACTOR_AT_HALF, 1.05 * FACTOR_AT_HALF);
		assertThat(mean(seconds, Second::goodput)).isGreaterThan(0.85 * HALF);
	}

	private static void assertThatAllGetTheirParts(List<Second> seconds) {
		double fair = BUSY.stream().mapToDouble((key) -> mean(seconds, (second) -> second.of(key))).average().orElse(0);
		assertThat(BUSY).allSatisfy(
				(key) -> assertThat(mean(seconds, (second) -> second.of(key))).isCloseTo(fair, within(0.03 * fair)));
		assertThat(mean(seconds, (second) -> second.of("light"))).isGreaterThan(0.85 * 10);
	}

	// A second may see two steps.
	private void assertThatStepsAreBounded() {
		for (int i = 1; i < this.seconds.size(); i++) {
			double change = this.seconds.get(i).factor() / this.seconds.get(i - 1).factor();
			assertThat(change).isBetween(0.7 * 0.7, 1.5 * 1.5);
		}
	}

	/**
	 * What happened in a second.
	 */
	private record Second(double factor, Map<String, Long> answered) {

		long of(String key) {
			return this.answered.getOrDefault(key, 0L);
		}

		double goodput() {
			return this.answered.values().stream().mapToLong(Long::longValue).sum();
		}

	}

}
