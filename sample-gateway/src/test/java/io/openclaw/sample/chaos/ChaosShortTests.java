package io.openclaw.sample.chaos;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.parallel.Isolated;

import io.openclaw.sample.chaos.experiment.Hypothesis.Kind;
import io.openclaw.sample.chaos.experiment.Schedule;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An experiment in short, without what depends on the speed of the machine; with
 * {@code -Dprocess.all=true} another, and controls that must be found to fail.
 * {@code ChaosLongTests} has all of them.
 */
@Isolated("others would slow the gateways, which answer for their numbers")
class ChaosShortTests {

	private static Laboratory laboratory;

	@BeforeAll
	static void open() {
		laboratory = new Laboratory("target/chaos-short", Schedule.SHORT, Kind.RULES);
	}

	@AfterAll
	static void close() {
		laboratory.close();
	}

	@Test
	void aPartitionAdmitsOneBudget() {
		laboratory.confirm(Experiments.partition());
	}

	@Test
	@EnabledIfSystemProperty(named = "process.all", matches = "true")
	void aKilledRedisCostsNothing() {
		laboratory.confirm(Experiments.redisKilled());
	}

	@Test
	@EnabledIfSystemProperty(named = "process.all", matches = "true")
	void gatewaysThatShareNothingAreFoundOut() {
		laboratory.refute(Experiments.nothingShared());
	}

	@Test
	@EnabledIfSystemProperty(named = "process.all", matches = "true")
	void gatewaysThatShareNothingAreEndedByTheKillSwitch() {
		Laboratory.Result result = laboratory.run(Experiments.nothingSharedButWatched());
		assertThat(result.outcome().aborted()).contains("drift");
		assertThat(result.isGreen()).isFalse();
	}

}
