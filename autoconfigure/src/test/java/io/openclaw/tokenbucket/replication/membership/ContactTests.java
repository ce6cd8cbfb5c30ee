package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a process may believe that it reaches others.
 */
class ContactTests {

	private static final long INTERVAL = Duration.ofMillis(200).toNanos();

	private final Contact contact = new Contact(Duration.ofMillis(200));

	@ParameterizedTest
	@CsvSource({ "1, 1", "2, 2", "3, 2", "4, 3", "5, 3" })
	void itIsMadeOnceAMajorityOfTheBusesEchoed(int buses, int majority) {
		for (int bus = 0; bus < majority - 1; bus++) {
			this.contact.onEcho(bus, buses, 0);
		}
		assertThat(this.contact.isMade()).isFalse();
		this.contact.onEcho(majority - 1, buses, 0);
		assertThat(this.contact.isMade()).isTrue();
	}

	@Test
	void manyEchoesOfOneBusAreNoMajority() {
		for (int i = 0; i < 10; i++) {
			this.contact.onEcho(1, 3, i);
		}
		assertThat(this.contact.isMade()).isFalse();
		assertThat(this.contact.isDue(100 * INTERVAL)).isFalse();
	}

	@Test
	void anybodyWouldHaveAnsweredAfterThreeIntervalsOfContact() {
		long start = Long.MAX_VALUE - INTERVAL;
		this.contact.onEcho(0, 3, start - 10 * INTERVAL);
		this.contact.onEcho(1, 3, start);
		this.contact.onEcho(2, 3, start + INTERVAL);
		assertThat(this.contact.isDue(start + 3 * INTERVAL - 1)).isFalse();
		assertThat(this.contact.isDue(start + 3 * INTERVAL)).isTrue();
	}

	// After a pause the own clock has moved on, and what others answered is still unread.
	@Test
	void aPauseBeginsTheWaitAnew() {
		this.contact.onEcho(0, 1, 0);
		this.contact.startOver(10 * INTERVAL);
		assertThat(this.contact.isDue(10 * INTERVAL)).isFalse();
		assertThat(this.contact.isDue(13 * INTERVAL)).isTrue();
	}

	@Test
	void aPauseIsNoContact() {
		this.contact.startOver(INTERVAL);
		assertThat(this.contact.isMade()).isFalse();
	}

}
