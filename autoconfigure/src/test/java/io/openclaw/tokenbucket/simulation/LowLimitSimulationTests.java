package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.Scenario.Result;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;
import io.openclaw.tokenbucket.simulation.SimulatedNetwork.Links;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A limit that is lower than the number of members. Where each member has a fixed part of
 * it, that part is less than a request, and all is rejected: tyk #1287.
 */
class LowLimitSimulationTests {

	private static final int MEMBERS = 15;

	private static final int MEMBERS_OF_BURST = 2;

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

	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	void membersThatAreApartEachSpendOneRequestOfALimitThatIsLowerThanTheirNumber(Consistency consistency) {
		Settings settings = Settings.of(SimulatedNetwork.NEAR, consistency)
			.withCapacity(2)
			.withRate(0.1)
			.withMemberTimeout(LONG);
		Result result = new Scenario("C = 2, 0.1/s, 5 x 1/s, all isolated", settings, 5, (fleet, load) -> {
			fleet.cut(Links.isolating((member) -> true), Duration.ZERO, LONG.minusSeconds(20));
			fleet.time().advance(Duration.ofSeconds(2));
			fleet.members().forEach((member) -> load.on(member, 1, LONG));
			fleet.time().advance(LONG);
		}).run(1);
		// Five requests instead of the two tokens that there were, and then the refill.
		assertThat(result.verdict().over()).isBetween(2.0, 3.0);
		assertThat(result.verdict().toIdeal()).isBetween(0.9, 1.2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 11, 22, 40 })
	void whereARoundTripTakesLongerThanTheWaitStrictHoldsAndBoundedAdmitsWhatItSees(int oneWayMillis) {
		assertThat(burst(oneWayMillis, Consistency.STRICT).verdict().over()).isLessThanOrEqualTo(MEMBERS_OF_BURST);
		assertThat(burst(oneWayMillis, Consistency.BOUNDED).verdict().over())
			.isLessThanOrEqualTo(20.0 * (MEMBERS_OF_BURST - 1));
	}

	private static Result burst(int oneWayMillis, Consistency consistency) {
		Settings settings = Settings.of(Duration.ofMillis(oneWayMillis), consistency).withCapacity(20).withRate(0.001);
		return new Scenario("C = 20, 2 x 30 in 60 ms, " + oneWayMillis + " ms", settings, MEMBERS_OF_BURST,
				(fleet, load) -> {
					for (int i = 0; i < 30; i++) {
						fleet.members().forEach(load::request);
						fleet.time().advance(Duration.ofMillis(2));
					}
					fleet.time().advance(Duration.ofSeconds(1));
				})
			.run(1);
	}

}
