package io.openclaw.sample.chaos;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.sample.chaos.experiment.Experiment;
import io.openclaw.sample.chaos.experiment.Hypothesis.Kind;
import io.openclaw.sample.chaos.experiment.Schedule;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * All experiments at full length, with everything that is expected of them:
 * {@code mvn -Pchaos -pl sample-gateway -am verify}, and with {@code -Dchaos.only=} names
 * of some, separated by commas.
 */
@Isolated("others would slow the gateways, which answer for their numbers")
class ChaosLongTests {

	private static Laboratory laboratory;

	@BeforeAll
	static void open() {
		laboratory = new Laboratory("target/chaos", Schedule.LONG, Kind.values());
	}

	@AfterAll
	static void close() {
		laboratory.close();
	}

	static List<Experiment> experiments() {
		return Experiments.all().stream().filter(ChaosLongTests::isWanted).toList();
	}

	private static boolean isWanted(Experiment experiment) {
		List<String> only = Arrays.stream(System.getProperty("chaos.only", "").split(","))
			.map(String::trim)
			.filter((name) -> !name.isEmpty())
			.toList();
		return only.isEmpty() || only.contains(experiment.name());
	}

	@ParameterizedTest(allowZeroInvocations = true)
	@MethodSource("experiments")
	void hypothesesHold(Experiment experiment) {
		laboratory.confirm(experiment);
	}

	@Test
	void gatewaysThatShareNothingAreFoundOut() {
		Experiment control = Experiments.nothingShared();
		assumeTrue(isWanted(control));
		laboratory.refute(control);
	}

}
