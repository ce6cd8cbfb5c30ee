package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.simulation.PartitionSimulationTests.AlikeEitherWay;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several independent servers: any one that lives is enough.
 */
class SeveralBusesSimulationTests {

	private static final Duration CUT_AT = Duration.ofSeconds(5);

	private static final Duration DURING = Duration.ofSeconds(12);

	@AlikeEitherWay
	void oneOfTwoIsEnough(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency).withBuses(2);
		new Bounds(0.998, 1.002, 7).hold(Scenario.of("one bus of two is dead", settings, (fleet, load) -> {
			fleet.cut(fleet.network(0), Links.isolating((member) -> true), CUT_AT, DURING);
			fleet.time()
				.schedule(DURING.minusSeconds(1),
						() -> assertThat(fleet.members()).extracting((member) -> member.limiter().state())
							.containsOnly(FleetState.HEALTHY));
			Scenario.saturate(fleet, load, DURING);
		}));
	}

	@AlikeEitherWay
	void differentOnesForDifferentMembersAreEnough(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency).withBuses(2);
		new Bounds(0.998, 1.002, 7).hold(Scenario.of("each side lost another bus", settings, (fleet, load) -> {
			fleet.cut(fleet.network(0), Links.isolating((member) -> member < 2), CUT_AT, DURING);
			fleet.cut(fleet.network(1), Links.isolating((member) -> member == 4), CUT_AT, DURING);
			Scenario.saturate(fleet, load, DURING);
		}));
	}

	// It would take itself for the whole fleet, were one server enough for that.
	@AlikeEitherWay
	void aJoinerThatIsAloneWithOneOfThreeSpendsOneShareOnTop(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency).withBuses(3);
		double share = (1000 + 200 * DURING.toSeconds()) / 3.0;
		new Bounds(1, 1.34, share + 10)
			.hold(new Scenario("a joiner with a server of its own", settings, 2, (fleet, load) -> {
				Links joiner = Links.isolating((member) -> member == 2);
				fleet.cut(fleet.network(0), joiner, Duration.ZERO, DURING);
				fleet.cut(fleet.network(1), joiner, Duration.ZERO, DURING);
				fleet.cut(fleet.network(2), Links.isolating((member) -> member < 2), Duration.ZERO, DURING);
				fleet.time().advance(Duration.ofMillis(1));
				load.on(fleet.start(), 400, DURING);
				Scenario.saturate(fleet, load, DURING);
			}));
	}

}
