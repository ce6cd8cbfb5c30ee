package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.PartitionSimulationTests.AlikeEitherWay;
import io.openclaw.tokenbucket.simulation.PartitionSimulationTests.EitherWay;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static io.openclaw.tokenbucket.limiter.limit.Consistency.STRICT;
import static io.openclaw.tokenbucket.simulation.PartitionSimulationTests.TWO_AND_THREE;

/**
 * The rows of "What must hold" in which members come, go, or are taken to be gone:
 * capacity 1000, 200 tokens a second, saturated.
 */
class MembershipSimulationTests {

	@AlikeEitherWay
	void membersMayComeAndGoUnderLoad(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency);
		new Bounds(0.998, 1.002, 20).hold(new Scenario("2 -> 15 -> 2 members", settings, 2, (fleet, load) -> {
			for (int i = 0; i < 13; i++) {
				Duration lifetime = Duration.ofSeconds(20);
				fleet.time().schedule(Duration.ofSeconds(2 + i), () -> {
					SimulatedFleet.Member member = fleet.start();
					load.on(member, 400, lifetime);
					fleet.time().schedule(lifetime, member::leave);
				});
			}
			Scenario.saturate(fleet, load, Duration.ofSeconds(40));
		}));
	}

	// Of a minute, its share lacks from the kill until the presence fades: what it would
	// refill is credited then, but never above full, and its part of the level lay idle.
	@AlikeEitherWay
	void aKilledMemberCostsItsShareUntilItIsRemoved(Consistency consistency) {
		new Bounds(0.983, 1.001, 5).hold(killed(consistency, Duration.ofSeconds(30), Scenario.MINUTE));
	}

	@AlikeEitherWay
	void aKilledMemberCostsNothingInTheEnd(Consistency consistency) {
		new Bounds(0.998, 1.001, 5).hold(killed(consistency, Duration.ofSeconds(5), Duration.ofSeconds(30)));
	}

	// Strictly its credit, since it may have spent that. Otherwise credit tells nothing
	// about what it may have spent, and is not held aside.
	@ParameterizedTest
	@EnumSource(Consistency.class)
	void aKilledMemberThatHadAllTheDemandCostsItsPartOfTheLevel(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency);
		new Bounds((consistency == STRICT) ? 0.55 : 0.85, 1.001, 5)
			.hold(Scenario.of("busy member killed", settings, (fleet, load) -> {
				load.on(fleet.member(0), 180, Duration.ofSeconds(3));
				fleet.time().schedule(Duration.ofSeconds(3), fleet.member(0)::kill);
				fleet.time().advance(Duration.ofMillis(4_100));
				for (int member = 1; member < 5; member++) {
					load.on(fleet.member(member), 300, Duration.ofSeconds(1));
				}
				fleet.time().advance(Duration.ofSeconds(1));
			}));
	}

	// The side of three has a majority in Redis and removes the others after 30 s; these
	// go on with their part of the bucket, and when they meet both have spent.
	@AlikeEitherWay
	void aPartitionLongerThanTheTimeoutAdmitsTheMinoritysPartOnTop(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency);
		new Bounds(1, 1 + 2 / 5.0, 3600).hold(Scenario.of("partition 60 s, timeout 30 s", settings, (fleet, load) -> {
			fleet.cut(TWO_AND_THREE, Duration.ofSeconds(15), Duration.ofSeconds(75));
			Scenario.saturate(fleet, load, Duration.ofSeconds(90));
		}));
	}

	@EitherWay
	void aPartitionAsLongAsTheTimeoutCostsAtMostOneCapacity(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency);
		double budget = 1000 + 200 * 60;
		new Bounds(1 - 1000 / budget, 1.004, (consistency == STRICT) ? 120 : 140)
			.hold(Scenario.of("partition 30 s, timeout 30 s", settings, (fleet, load) -> {
				fleet.cut(TWO_AND_THREE, Duration.ofSeconds(15), Duration.ofSeconds(45));
				Scenario.saturate(fleet, load, Scenario.MINUTE);
			}));
	}

	private static Scenario killed(Consistency consistency, Duration timeout, Duration during) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency).withMemberTimeout(timeout);
		Duration killedAt = Duration.ofSeconds(15);
		return Scenario.of("killed, timeout " + timeout.toSeconds() + " s", settings, (fleet, load) -> {
			fleet.members().forEach((member) -> load.on(member, 400, (member == fleet.member(0)) ? killedAt : during));
			fleet.time().schedule(killedAt, fleet.member(0)::kill);
			fleet.time().advance(during);
		});
	}

}
