package io.openclaw.tokenbucket.simulation;

import java.util.Random;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.limit.Consistency;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The oracle that the product must satisfy is one that a wrong merge fails.
 */
class HigherVersionWinsTests {

	@Test
	void admitsSeveralBudgetsWhereTheProductAdmitsOne() {
		long seed = 1;
		Random random = new Random(seed);
		VirtualTime time = new VirtualTime();
		SimulatedFleet.Settings settings = SimulatedFleet.Settings.of(SimulatedNetwork.NEAR, Consistency.EVENTUAL);
		HigherVersionWins wrong = new HigherVersionWins(time, settings, 5);
		Load load = new Load(time, settings.limit(), random);
		wrong.gates().forEach((gate) -> load.on(gate, 400, Scenario.MINUTE));
		time.advance(Scenario.MINUTE);
		System.out.printf("higher version wins, seed %d: admitted/ideal %.2f%n", seed, load.verdict().toIdeal());
		assertThat(load.verdict().toIdeal()).isGreaterThan(3);
	}

}
