package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * A fleet under load, run once with a seed and judged.
 *
 * @param name what the report calls it
 * @param settings of the fleet
 * @param members how many are there from the start
 * @param play what happens
 */
record Scenario(String name, SimulatedFleet.Settings settings, int members, BiConsumer<SimulatedFleet, Load> play) {

	static final Duration MINUTE = Duration.ofMinutes(1);

	static Scenario of(String name, SimulatedFleet.Settings settings, BiConsumer<SimulatedFleet, Load> play) {
		return new Scenario(name, settings, 5, play);
	}

	/**
	 * Has every member receive 400 requests a second, twice what the limit allows one.
	 */
	static void saturate(SimulatedFleet fleet, Load load, Duration during) {
		fleet.members().forEach((member) -> load.on(member, 400, during));
		fleet.time().advance(during);
	}

	Result run(long seed) {
		Random random = new Random(seed);
		SimulatedFleet fleet = new SimulatedFleet(this.settings, random);
		fleet.startTogether(this.members);
		Load load = new Load(fleet.time(), fleet.limit(), random);
		long messagesBefore = fleet.messages();
		double secondsBefore = fleet.memberSeconds();
		this.play.accept(fleet, load);
		double messages = (fleet.messages() - messagesBefore) / (fleet.memberSeconds() - secondsBefore);
		fleet.loseNothing();
		fleet.time().advance(Duration.ofSeconds(1));
		Result result = new Result(this, seed, load.verdict(), messages, fleet);
		System.out.println(result);
		return result;
	}

	/**
	 * What came of it.
	 *
	 * @param messagesPerSecond sent by a member on average
	 * @param fleet as it stands a second later
	 */
	record Result(Scenario scenario, long seed, Load.Verdict verdict, double messagesPerSecond, SimulatedFleet fleet) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT,
					"%-34s %-8s seed %d: admitted/ideal %.4f, over %.0f, waited %.1f %% (mean %d ms), %.1f messages/s",
					this.scenario.name(), this.scenario.settings().consistency(), this.seed, this.verdict.toIdeal(),
					this.verdict.over(), 100 * this.verdict.waitedShare(), this.verdict.meanWait().toMillis(),
					this.messagesPerSecond);
		}

	}

}
