package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.simulation.Scenario.Result;
import io.openclaw.tokenbucket.simulation.SimulatedFleet.Settings;

import static io.openclaw.tokenbucket.limiter.limit.Consistency.BOUNDED;
import static io.openclaw.tokenbucket.limiter.limit.Consistency.STRICT;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.FAR;
import static io.openclaw.tokenbucket.simulation.SimulatedNetwork.NEAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Fleets in which messages are so many that members send them more seldom: 2,000 requests
 * a second for 200 tokens a second, spread over all members. Fleets of other sizes, which
 * take minutes, with {@code -Dopenclaw.simulation.members=20,50,100}.
 */
class LargeFleetSimulationTests {

	private static final int REQUESTS_A_SECOND = 2000;

	private static final Duration WHILE = Duration.ofSeconds(Integer.getInteger("openclaw.simulation.seconds", 10));

	private static final int MOST_MESSAGES_IN = 1000;

	static Stream<Arguments> fleets() {
		return Arrays.stream(System.getProperty("openclaw.simulation.members", "10").split(","))
			.map(Integer::valueOf)
			.flatMap((members) -> Stream.of(
					// members, consistency, latency, lowest and highest admitted/ideal,
					// most
					// over
					arguments(members, STRICT, NEAR, 0.99, 1.01, members),
					arguments(members, BOUNDED, NEAR, 0.99, 1.03, 2 * members),
					arguments(members, STRICT, FAR, 0.93, 1.01, members),
					arguments(members, BOUNDED, FAR, 0.99, 1.06, 260 + 2 * members)));
	}

	@ParameterizedTest
	@MethodSource("fleets")
	void shareOneBudgetAndReceiveNoMoreThanTheyCanRead(int members, Consistency consistency, Duration latency,
			double lowest, double highest, double over) {
		String name = "%d members, %d ms".formatted(members, latency.toMillis());
		Scenario scenario = new Scenario(name, Settings.of(latency, consistency), members, (fleet, load) -> {
			fleet.members().forEach((member) -> load.on(member, (double) REQUESTS_A_SECOND / members, WHILE));
			fleet.time().advance(WHILE);
		});
		Bounds.seeds().forEach((seed) -> {
			Result result = scenario.run(seed);
			new Bounds(lowest, highest, over).check(result);
			assertThat(result.messagesPerSecond() * (members - 1)).as("messages in, %s", result)
				.isLessThanOrEqualTo(MOST_MESSAGES_IN);
		});
	}

}
