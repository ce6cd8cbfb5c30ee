package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.openclaw.tokenbucket.limiter.Consistency;
import io.openclaw.tokenbucket.simulation.Scenario.Result;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A limit that is lower than the number of members. Where each member has a fixed part of
 * it, that part is less than a request, and all is rejected: tyk #1287.
 */
class LowLimitSimulationTests {

	private static final int MEMBERS = 15;

	private static final Duration LONG = Duration.ofMinutes(2);

	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	void aLowLimitOnManyMembersIsNotRejectedAltogether(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency).withCapacity(5).withRate(1);
		Result result = new Scenario("C = 5, 1/s, 15 x 0.5/s", settings, MEMBERS, (fleet, load) -> {
			fleet.members().forEach((member) -> load.on(member, 0.5, LONG));
			fleet.time().advance(LONG);
		}).run(1);
		assertThat(result.verdict().toIdeal()).isBetween(0.95, 1.05);
	}

	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	void aCallerUnderALowLimitIsNeverRejectedWhicheverMemberItAsks(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency).withCapacity(5).withRate(1);
		Result result = new Scenario("C = 5, 1/s, 1/s in turn", settings, MEMBERS, (fleet, load) -> {
			for (int i = 0; i < 60; i++) {
				load.request(fleet.member(i % MEMBERS));
				fleet.time().advance(Duration.ofMillis(1100));
			}
		}).run(1);
		assertThat(result.verdict().admitted()).isEqualTo(60);
	}

}
