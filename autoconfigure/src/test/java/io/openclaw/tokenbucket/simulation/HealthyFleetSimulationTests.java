package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.simulation.Scenario.Result;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static io.openclaw.tokenbucket.limiter.limit.Consistency.BOUNDED;
import static io.openclaw.tokenbucket.limiter.limit.Consistency.EVENTUAL;
import static io.openclaw.tokenbucket.limiter.limit.Consistency.STRICT;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.FAR;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.NEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The rows of "What must hold" in which nothing fails: five members, capacity 1000, 200
 * tokens a second, for a minute, against one ideal bucket.
 */
class HealthyFleetSimulationTests {

	// Where nothing adds up with time.
	private static final Duration SHORT = Duration.ofSeconds(20);

	private static final int MOST_MESSAGES = 170;

	// Batches sent again come on top where messages are lost.
	private static final int MOST_MESSAGES_WITH_LOSS = 180;

	static Stream<Arguments> rows() {
		return Stream.of(
				// consistency, latency, lowest and highest admitted/ideal, most over
				arguments(STRICT, NEAR, 0.999, 1.001, 4), arguments(BOUNDED, NEAR, 0.999, 1.001, 4),
				arguments(EVENTUAL, NEAR, 0.999, 1.005, 60), arguments(STRICT, FAR, 0.996, 1.001, 4),
				arguments(BOUNDED, FAR, 0.996, 1.010, 240), arguments(EVENTUAL, FAR, 0.999, 1.012, 260));
	}

	@ParameterizedTest
	@MethodSource("rows")
	void shareOneBudgetWhenAllAreSaturated(Consistency consistency, Duration latency, double lowest, double highest,
			double most) {
		check(Scenario.of("5 x 400/s", Settings.of(latency, consistency),
				(fleet, load) -> Scenario.saturate(fleet, load, Scenario.MINUTE)), lowest, highest, most);
	}

	@ParameterizedTest
	@MethodSource("rows")
	void shareOneBudgetWhenOneIsHot(Consistency consistency, Duration latency, double lowest, double highest,
			double most) {
		check(Scenario.of("2000/s on one, 20/s on the rest", Settings.of(latency, consistency), (fleet, load) -> {
			load.on(fleet.member(0), 2000, Scenario.MINUTE);
			fleet.members().stream().skip(1).forEach((member) -> load.on(member, 20, Scenario.MINUTE));
			fleet.time().advance(Scenario.MINUTE);
		}), lowest, highest, (consistency == STRICT) ? 4 : 30);
	}

	@ParameterizedTest
	@MethodSource("rows")
	void giveOneMemberEverythingWhenNobodyElseAsks(Consistency consistency, Duration latency, double lowest,
			double highest, double most) {
		Result result = check(
				Scenario.of("one hot member, nobody else", Settings.of(latency, consistency), (fleet, load) -> {
					load.on(fleet.member(0), 2000, SHORT);
					fleet.time().advance(SHORT);
				}), 0.999, 1.001, 1);
		if (latency.equals(NEAR)) {
			assertThat(result.verdict().waitedShare()).isLessThan(0.01);
		}
	}

	@ParameterizedTest
	@MethodSource("rows")
	void rejectAndDelayNobodyUnderTheLimit(Consistency consistency, Duration latency, double lowest, double highest,
			double most) {
		Result result = check(Scenario.of("5 x 35/s", Settings.of(latency, consistency), (fleet, load) -> {
			fleet.members().forEach((member) -> load.on(member, 35, SHORT));
			fleet.time().advance(SHORT);
		}), 1, 1, 0);
		assertThat(result.verdict().rejected()).isZero();
		assertThat(result.verdict().waitedShare()).isZero();
		assertThat(result.messagesPerSecond()).isLessThan(11);
	}

	@ParameterizedTest
	@EnumSource(Consistency.class)
	void survivesABurstOnAllMembersFarApart(Consistency consistency) {
		double most = (consistency == STRICT) ? 4 : 2400;
		check(Scenario.of("5000/s on all for 0.5 s", Settings.of(FAR, consistency), (fleet, load) -> {
			fleet.members().forEach((member) -> load.on(member, 5000, Duration.ofMillis(500)));
			fleet.time().advance(Duration.ofMillis(500));
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}), 0.98, 1.02, most);
	}

	@ParameterizedTest
	@EnumSource(Consistency.class)
	void survivesABurstOnOneMemberFarApart(Consistency consistency) {
		double most = (consistency == STRICT) ? 4 : 260;
		check(Scenario.of("5000/s on one for 1 s", Settings.of(FAR, consistency), (fleet, load) -> {
			load.on(fleet.member(0), 5000, Duration.ofSeconds(1));
			fleet.time().advance(Duration.ofSeconds(1));
			Scenario.saturate(fleet, load, Scenario.MINUTE);
		}), 0.99, 1.01, most);
	}

	@ParameterizedTest
	@EnumSource(Consistency.class)
	void admitsEightAtOnceOnAFullBucketOfTen(Consistency consistency) {
		Result result = check(
				Scenario.of("C = 10, eight at once", Settings.of(NEAR, consistency).withCapacity(10), (fleet, load) -> {
					for (int i = 0; i < 8; i++) {
						load.request(fleet.member(0));
					}
					fleet.time().advance(Duration.ofSeconds(1));
				}), 1, 1, 0);
		assertThat(result.verdict().admitted()).isEqualTo(8);
		assertThat(result.verdict().meanWait()).isLessThan(Duration.ofMillis(8));
	}

	@ParameterizedTest
	@EnumSource(value = Consistency.class, names = { "STRICT", "BOUNDED" })
	void sharesOneBudgetWhenAFifthOfAllMessagesIsLost(Consistency consistency) {
		check(Scenario.of("20 % of messages lost", Settings.of(NEAR, consistency).withLoss(0.2),
				(fleet, load) -> Scenario.saturate(fleet, load, Scenario.MINUTE)), 0.997, 1.003, 12);
	}

	@Test
	void sendsNoMoreMessagesAtTenTimesTheLoad() {
		Settings settings = Settings.of(NEAR, BOUNDED);
		Result once = Scenario
			.of("5 x 400/s for 20 s", settings, (fleet, load) -> Scenario.saturate(fleet, load, Duration.ofSeconds(20)))
			.run(1);
		Result tenfold = Scenario.of("5 x 4000/s for 20 s", settings, (fleet, load) -> {
			fleet.members().forEach((member) -> load.on(member, 4000, Duration.ofSeconds(20)));
			fleet.time().advance(Duration.ofSeconds(20));
		}).run(1);
		assertThat(tenfold.messagesPerSecond()).isLessThan(MOST_MESSAGES)
			.isCloseTo(once.messagesPerSecond(), within(40.0));
	}

	private static Result check(Scenario scenario, double lowest, double highest, double most) {
		Bounds bounds = new Bounds(lowest, highest, most);
		return Bounds.seeds().mapToObj((seed) -> {
			Result result = scenario.run(seed);
			bounds.check(result);
			assertThat(result.messagesPerSecond()).as("messages, %s", result)
				.isLessThan((scenario.settings().loss() > 0) ? MOST_MESSAGES_WITH_LOSS : MOST_MESSAGES);
			assertEveryReplicaAgrees(result);
			return result;
		}).reduce((earlier, last) -> last).orElseThrow();
	}

	// A second after the load, within one token and what refills in a one-way latency.
	private static void assertEveryReplicaAgrees(Result result) {
		Settings settings = result.scenario().settings();
		double tolerance = 1 + settings.tokensPerSecond() * settings.latency().toMillis() / 1e3;
		double expected = result.fleet().member(0).level();
		for (SimulatedFleet.Member member : result.fleet().members()) {
			assertThat(member.level()).as("level, %s", result).isCloseTo(expected, within(tolerance));
			assertThat(member.limiter().state()).as("state, %s", result).isEqualTo(FleetState.HEALTHY);
		}
	}

}
