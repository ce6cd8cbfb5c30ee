package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.Consistency;
import io.openclaw.tokenbucket.simulation.Scenario.Result;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The rows of "What must hold" in which members lose each other: five members, capacity
 * 1000, 200 tokens a second, saturated for a minute, links cut for half of it.
 */
class PartitionSimulationTests {

	private static final Duration CUT_AT = Duration.ofSeconds(15);

	private static final Duration HEALED_AT = Duration.ofSeconds(45);

	private static final Settings SETTINGS = Settings.of(SimulatedNetwork.NEAR, Consistency.STRICT)
		.withMemberTimeout(Duration.ofSeconds(40));

	static Stream<Arguments> cuts() {
		return Stream.of(arguments("partition 2 : 3", cutOff((sender, receiver) -> sender < 2 != receiver < 2, 2)),
				arguments("every member isolated", cutOff((sender, receiver) -> true, 5)),
				arguments("link cut between two members", links((sender, receiver) -> sender + receiver == 1)),
				arguments("only one member hears all", links((sender, receiver) -> sender != 0 && receiver != 0)),
				arguments("one member deaf", links((sender, receiver) -> receiver == 0)));
	}

	@ParameterizedTest
	@MethodSource("cuts")
	void admitsOneBudgetWhateverIsCut(String name, Links links) {
		Result result = Scenario.of(name, SETTINGS, (fleet, load) -> {
			fleet.cut(links, CUT_AT, HEALED_AT);
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(1);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.003));
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(40);
	}

	// It hears others spend each other's refill, and holds ever more aside for them.
	@Test
	void aMuteMemberCostsAtMostItsShare() {
		Result result = Scenario.of("one member mute", SETTINGS, (fleet, load) -> {
			fleet.cut(links((sender, receiver) -> sender == 0), CUT_AT, HEALED_AT);
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(1);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isBetween(0.9, 1.003);
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(40);
	}

	@Test
	void admitsOneBudgetWhenABurstFollowsTheCutAtOnce() {
		Result result = Scenario.of("burst 50 ms after the cut", SETTINGS, (fleet, load) -> {
			fleet.cut(cutOff((sender, receiver) -> sender < 2 != receiver < 2, 2), Duration.ZERO,
					Duration.ofSeconds(30));
			fleet.time().advance(Duration.ofMillis(50));
			fleet.members().forEach((member) -> load.on(member, 5000, Duration.ofMillis(500)));
			fleet.time().advance(Duration.ofMillis(500));
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(1);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.003));
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(10);
	}

	@Test
	void joinersOnBothSidesOfAPartitionAdmitNothingMore() {
		Result result = new Scenario("five joiners on each side", SETTINGS, 2, (fleet, load) -> {
			fleet.cut(links((sender, receiver) -> sender % 2 != receiver % 2), Duration.ofMillis(500),
					Duration.ofSeconds(30));
			fleet.time().schedule(Duration.ofSeconds(1), () -> {
				for (int i = 0; i < 10; i++) {
					load.on(fleet.start(), 400, Duration.ofSeconds(58));
				}
			});
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}).run(1);
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isCloseTo(1, within(0.005));
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(60);
	}

	private static Links links(Links links) {
		return links;
	}

	// The members below a number do not reach the server either.
	private static Links cutOff(Links links, int below) {
		return new Links() {

			@Override
			public boolean isCut(int sender, int receiver) {
				return links.isCut(sender, receiver);
			}

			@Override
			public boolean isCutOff(int member) {
				return member < below;
			}

		};
	}

}
