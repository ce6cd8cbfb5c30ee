package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.simulation.PartitionSimulationTests.EitherWay;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

import static io.openclaw.tokenbucket.simulation.PartitionSimulationTests.TWO_AND_THREE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Two sides that meet again: they add up, at once, and nobody stops admitting meanwhile.
 * What they admit in all is in {@link PartitionSimulationTests}.
 */
class HealingSimulationTests {

	private static final Duration CUT_FOR = Duration.ofSeconds(10);

	private static final Duration AFTERWARDS = Duration.ofSeconds(2);

	@EitherWay
	void levelsAreEqualTwoSecondsAfterTheHeal(Consistency consistency) {
		Bounds.seeds().forEach((seed) -> levelsAreEqual(consistency, TWO_AND_THREE, seed));
		Bounds.seeds().forEach((seed) -> levelsAreEqual(consistency, Links.isolating((member) -> true), seed));
	}

	private static void levelsAreEqual(Consistency consistency, Links links, long seed) {
		Scenario scenario = Scenario.of("cut, then quiet", settings(consistency), (fleet, load) -> {
			fleet.cut(links, Duration.ZERO, CUT_FOR);
			Scenario.saturate(fleet, load, CUT_FOR);
			// The run ends a second later than the play.
			fleet.time().advance(AFTERWARDS.minusSeconds(1));
		});
		Scenario.Result result = scenario.run(seed);
		double expected = result.fleet().member(0).level();
		assertThat(result.fleet().members()).as("levels, %s", result).allSatisfy((member) -> {
			assertThat(member.level()).isCloseTo(expected, within(1.0));
			assertThat(member.limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
		// What both sides refilled while they were apart, and since: nothing is lost.
		double elapsed = CUT_FOR.plus(AFTERWARDS).toSeconds();
		double refilled = 1000 + 200 * elapsed - result.verdict().admitted();
		assertThat(expected).as("level, %s", result).isBetween(refilled - 15, refilled + 1);
	}

	@EitherWay
	void nobodyStopsAdmittingWhenTheSidesMeet(Consistency consistency) {
		Bounds.seeds().forEach((seed) -> {
			Duration[] longest = new Duration[1];
			Scenario.of("cut, then load", settings(consistency), (fleet, load) -> {
				fleet.cut(TWO_AND_THREE, Duration.ZERO, CUT_FOR);
				fleet.time().schedule(CUT_FOR, load::watchForPauses);
				Scenario.saturate(fleet, load, CUT_FOR.plus(AFTERWARDS));
				longest[0] = load.longestPause();
			}).run(seed);
			System.out.println("longest pause after the heal: " + longest[0].toMillis() + " ms");
			assertThat(longest[0]).isLessThan(Duration.ofMillis(200));
		});
	}

	private static Settings settings(Consistency consistency) {
		return Settings.of(SimulatedNetwork.NEAR, consistency);
	}

}
