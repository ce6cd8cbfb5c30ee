package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.Locale;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.KeepingStores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * A fleet that drops buckets beside one that never does, under the same requests to many
 * keys while members come and go. Longer and oftener with
 * {@code -Dsimulation.churn.minutes=30 -Dopenclaw.simulation.seeds=20}.
 */
class NeverDroppingSimulationTests {

	private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("simulation.churn.minutes", 3));

	// Full, idle for ten seconds, and looked at.
	private static final Duration UNTIL_DROPPED = Duration.ofSeconds(25);

	// Of a bucket a member counts under one birth at a time; those of the time before it
	// was dropped are still there where others had not dropped it, and those of members
	// that left until all have.
	private static final int MOST_BIRTHS = 5 * (Churn.MEMBERS + 1);

	@ParameterizedTest
	@MethodSource("io.openclaw.tokenbucket.simulation.Bounds#seeds")
	void whoDropsAdmitsAsWhoNeverDoes(long seed) {
		Churn churn = new Churn(seed, LENGTH);
		ChurnFleet dropping = churn.play(BucketStore::new);
		ChurnFleet keeping = churn.play(KeepingStores::create);
		System.out.println(describe("drops", seed, dropping) + "\n" + describe("keeps", seed, keeping));
		assertThat(dropping.tallies()).hasSize(Churn.KEYS).allSatisfy((key, tally) -> {
			KeyTally kept = keeping.tallies().get(key);
			// A request of each member that the others do not know of.
			assertThat(tally.over()).as("seed %d, key %d", seed, key).isLessThanOrEqualTo(3);
			assertThat(tally.decided()).as("seed %d, key %d", seed, key).isEqualTo(kept.decided());
			assertThat(tally.admitted()).as("seed %d, key %d", seed, key)
				.isCloseTo(tally.admittedByIdeal(), within(3L))
				.isCloseTo(kept.admitted(), within(3L));
		});
		assertThat(dropping.mostEntries()).as("seed %d", seed).isLessThanOrEqualTo(MOST_BIRTHS);
		assertThat(dropping.meanHeld()).as("seed %d", seed).isLessThan(0.7 * keeping.meanHeld());
		dropping.time().advance(UNTIL_DROPPED);
		keeping.time().advance(UNTIL_DROPPED);
		assertThat(dropping.held()).as("seed %d", seed).containsOnly(0);
		assertThat(keeping.held()).as("seed %d", seed).containsOnly(Churn.KEYS);
	}

	private static String describe(String how, long seed, ChurnFleet fleet) {
		Collection<KeyTally> tallies = fleet.tallies().values();
		return String.format(Locale.ROOT,
				"churn %s, seed %d: %d members, %d decided, %d admitted, ideal %d, over %.2f, births at most %d, held %.1f of %d",
				how, seed, fleet.started(), tallies.stream().mapToLong(KeyTally::decided).sum(),
				tallies.stream().mapToLong(KeyTally::admitted).sum(),
				tallies.stream().mapToLong(KeyTally::admittedByIdeal).sum(),
				tallies.stream().mapToDouble(KeyTally::over).max().orElse(0), fleet.mostEntries(), fleet.meanHeld(),
				fleet.mostHeld());
	}

}
