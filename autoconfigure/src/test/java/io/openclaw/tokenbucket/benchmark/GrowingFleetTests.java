package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.benchmark.GrowingFleet.Cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What a gateway receives grows with the fleet, and hardly with its square: each
 * heartbeat is of the same size in any fleet, and what a message says of each member of a
 * busy fleet takes few bytes.
 */
class GrowingFleetTests {

	private static final Duration WHILE = Duration.ofSeconds(10);

	@Test
	void aHeartbeatIsOfTheSameSizeInAnyFleet() {
		Cost few = new GrowingFleet(4).rest(WHILE);
		Cost many = new GrowingFleet(30).rest(WHILE);
		assertThat(many.bytes() / many.messages()).isCloseTo(few.bytes() / few.messages(), within(4.0)).isLessThan(100);
	}

	@Test
	void aMessageSaysFewBytesOfEachMemberThatSpends() {
		Cost busy = new GrowingFleet(30).saturate(Duration.ofSeconds(2));
		assertThat(busy.bytes() / busy.messages()).isLessThan(280);
	}

}
