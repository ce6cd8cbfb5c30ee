package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.SettlementLoad.Verdict;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static io.openclaw.tokenbucket.limiter.limit.Consistency.BOUNDED;
import static io.openclaw.tokenbucket.limiter.limit.Consistency.STRICT;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Costs that are known only afterwards: three members, capacity 10,000, 10,000 tokens a
 * minute. Requests reserve 500 and use 20 to 4,000, on average 90 (shape 1.1) or 750
 * (shape 0.01). At any time no more is used than capacity and refill, one overdraft of
 * each request under way, and what the consistency allows.
 */
class SettlementSimulationTests {

	private static final Duration DURING = Duration.ofMinutes(15);

	@ParameterizedTest
	@MethodSource("rows")
	void aHealthyFleetUsesItsBudget(Consistency consistency, double shape) {
		hold("healthy", consistency, shape, (fleet) -> {
		});
	}

	@ParameterizedTest
	@MethodSource("rows")
	void aPartitionUsesOneBudget(Consistency consistency, double shape) {
		hold("partition 1 : 2 for 30 s", consistency, shape, (fleet) -> fleet
			.cut((sender, receiver) -> (sender < 1) != (receiver < 1), Duration.ofMinutes(1), Duration.ofSeconds(90)));
	}

	@ParameterizedTest
	@MethodSource("rows")
	void aMemberThatDiesKeepsSpentWhatItReserved(Consistency consistency, double shape) {
		hold("a member dies", consistency, shape,
				(fleet) -> fleet.time().schedule(Duration.ofMinutes(1), fleet.member(0)::kill));
	}

	// What must hold says the same of both: a build tries one, but for one shape.
	static Stream<Arguments> rows() {
		return DoubleStream.of(1.1, 0.01, -5)
			.boxed()
			.flatMap((shape) -> ((shape == 0.01) ? List.of(STRICT, BOUNDED) : PartitionSimulationTests.alike()).stream()
				.map((consistency) -> Arguments.of(consistency, shape)));
	}

	private static void hold(String name, Consistency consistency, double shape, Consumer<SimulatedFleet> faults) {
		Bounds.seeds().forEach((seed) -> {
			Random random = new Random(seed);
			SimulatedFleet fleet = new SimulatedFleet(Settings.of(SimulatedNetwork.NEAR, consistency)
				.withCapacity(10_000)
				.withRate(10_000 / 60.0)
				.withMemberTimeout(Duration.ofSeconds(40))
				.withOverdraft(SettlementLoad.OVERDRAFT), random);
			fleet.startTogether(3);
			SettlementLoad load = new SettlementLoad(fleet.time(), fleet.limit(), shape, random);
			faults.accept(fleet);
			fleet.members().forEach((member) -> load.on(member, 10, DURING));
			fleet.time().advance(DURING.plusSeconds(10));
			Verdict verdict = load.verdict();
			System.out.printf(Locale.ROOT,
					"%-24s %-8s shape %.2f seed %d: used/ideal %.4f, used/budget %.4f, over %.0f, %d under way at most, fallbacks %d%n",
					name, consistency, shape, seed, verdict.toIdeal(), verdict.toBudget(), verdict.over(),
					verdict.mostInFlight(),
					fleet.members().stream().mapToInt((member) -> member.fallbacks().size()).sum());
			double bound = verdict.mostInFlight() * SettlementLoad.OVERDRAFT + 3 * SettlementLoad.RESERVED;
			assertThat(verdict.over()).isLessThanOrEqualTo(bound);
			assertThat(verdict.toBudget()).isBetween(0.97, 1 + bound / verdict.budget());
			assertThat(verdict.toIdeal()).isBetween(0.97, 1.03);
			assertThat(fleet.members()).allMatch((member) -> member.fallbacks().isEmpty());
		});
	}

}
