package io.openclaw.tokenbucket.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.simulation.RestlessFleet.Account;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bucket that never rests, in a fleet that is deployed thirty times a day, with 150
 * processes: what it holds and sends does not grow. A year, which takes minutes, with
 * {@code -Dopenclaw.simulation.days=365}.
 */
class RestlessBucketSimulationTests {

	private static final int DEPLOYMENTS_A_DAY = 30;

	private static final int DAYS = Integer.getInteger("openclaw.simulation.days", 1);

	// What a few deployments leave before they are folded, and what was folded of as
	// many.
	private static final int MOST_ENTRIES = 80;

	private static final int MOST_BYTES = 1_000;

	@Test
	void staysSmallHoweverManyProcessesServedIt() {
		RestlessFleet fleet = new RestlessFleet(new Random(1));
		List<Account> days = new ArrayList<>();
		for (int day = 0; day < DAYS; day++) {
			for (int i = 0; i < DEPLOYMENTS_A_DAY; i++) {
				fleet.deploy(i == 0);
			}
			days.add(fleet.account());
			System.out.printf("day %d: %s%n", day + 1, days.get(day));
		}
		assertThat(days).allSatisfy((day) -> {
			assertThat(day.mostEntries()).isLessThanOrEqualTo(MOST_ENTRIES);
			assertThat(day.mostBytes()).isLessThanOrEqualTo(MOST_BYTES);
			assertThat(day.toIdeal()).isBetween(0.98, 1.02);
		});
	}

}
