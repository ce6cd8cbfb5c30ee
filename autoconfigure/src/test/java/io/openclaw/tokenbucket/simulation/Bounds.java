package io.openclaw.tokenbucket.simulation;

import java.util.stream.LongStream;

import io.openclaw.tokenbucket.simulation.Scenario.Result;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a scenario may admit, whatever the seed. How many seeds are tried is the system
 * property {@code openclaw.simulation.seeds}; each is printed with its outcome.
 *
 * @param lowest of what the ideal bucket admits
 * @param highest of what the ideal bucket admits
 * @param over the most tokens above the envelope of capacity and refill
 */
record Bounds(double lowest, double highest, double over) {

	private static final int SEEDS = Integer.getInteger("openclaw.simulation.seeds", 1);

	static LongStream seeds() {
		return LongStream.rangeClosed(1, SEEDS);
	}

	/**
	 * Runs a scenario once with every seed.
	 */
	void hold(Scenario scenario) {
		seeds().forEach((seed) -> check(scenario.run(seed)));
	}

	void check(Result result) {
		assertThat(result.verdict().toIdeal()).as("admitted/ideal, %s", result).isBetween(this.lowest, this.highest);
		assertThat(result.verdict().over()).as("over, %s", result).isLessThanOrEqualTo(this.over);
	}

}
