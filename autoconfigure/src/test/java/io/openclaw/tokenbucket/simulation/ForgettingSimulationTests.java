package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A fleet forgets buckets that are full, together and without leaving anything behind.
 */
class ForgettingSimulationTests {

	private final SimulatedFleet fleet = new SimulatedFleet(
			SimulatedFleet.Settings.of(SimulatedNetwork.NEAR, Consistency.BOUNDED), new Random(1));

	@Test
	void everyMemberForgetsAnIdleBucket() {
		this.fleet.startTogether(5);
		this.fleet.members().forEach(SimulatedFleet.Member::request);
		this.fleet.time().advance(Duration.ofSeconds(15));
		assertThat(this.fleet.members())
			.allSatisfy((member) -> assertThat(member.limiter().activeKeys(SimulatedFleet.LIMIT)).isZero());
	}

	@Test
	void birthsDoNotPileUpWhereABucketIsUsedNowAndThen() {
		this.fleet.startTogether(5);
		Load load = new Load(this.fleet.time(), this.fleet.limit(), new Random(2));
		Duration hour = Duration.ofHours(1);
		this.fleet.members().forEach((member) -> load.on(member, 0.05, hour));
		int mostBirths = 0;
		for (Duration passed = Duration.ZERO; passed.compareTo(hour) < 0; passed = passed.plusSeconds(1)) {
			this.fleet.time().advance(Duration.ofSeconds(1));
			mostBirths = Math.max(mostBirths,
					this.fleet.member(0)
						.limiter()
						.find(SimulatedFleet.LIMIT, SimulatedFleet.KEY)
						.map((BucketStatus status) -> status.state().consumed().size())
						.orElse(0));
		}
		assertThat(load.verdict().rejected()).isZero();
		assertThat(mostBirths).isBetween(1, 4 * this.fleet.members().size());
	}

}
