package io.openclaw.sample.chaos.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.openclaw.sample.chaos.experiment.Experiment;
import io.openclaw.sample.chaos.experiment.Fault;
import io.openclaw.sample.chaos.experiment.Hypotheses;
import io.openclaw.sample.chaos.experiment.Hypothesis.Kind;
import io.openclaw.sample.chaos.experiment.Outcome;
import io.openclaw.sample.chaos.experiment.Row;
import io.openclaw.sample.chaos.experiment.Schedule;
import io.openclaw.sample.chaos.load.Oracle.Account;
import io.openclaw.sample.chaos.load.Window;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTests {

	private static final Experiment EXPERIMENT = Experiment.of("trial", "Nothing goes wrong.", Fault.NONE)
		.expecting(Hypotheses.admitted("strict", 0.95, 1.05), Hypotheses.levelsEqualSoonAfterHealing());

	@TempDir
	Path directory;

	@Test
	void hypothesisHoldsWithinItsBoundsOnly() {
		assertThat(holds(outcome(95, 1))).containsExactly(true, true);
		assertThat(holds(outcome(94, 1))).containsExactly(false, true);
		assertThat(holds(outcome(106, 2.1))).containsExactly(false, false);
		assertThat(holds(outcome(100, Double.NaN))).as("what was not measured").containsExactly(true, false);
	}

	@Test
	void onlyWantedKindsOfHypothesesCount() {
		assertThat(EXPERIMENT.judge(outcome(100, 9), List.of(Kind.RULES))).hasSize(1);
	}

	@Test
	void everySecondIsALineOfItsFile() throws Exception {
		write(outcome(100, 1));
		assertThat(this.directory.resolve("trial/baseline.csv")).content().hasLineCount(4).startsWith("second,phase,");
		assertThat(Files.readAllLines(this.directory.resolve("trial/fault.csv"))).hasSize(41)
			.contains("2,fault,10,5,0,1.500,,,,0.010,,4.000,8.000,0.500,800.000");
	}

	@Test
	void plotIsSmallAndWellFormed() throws Exception {
		write(outcome(100, 1));
		Path plot = this.directory.resolve("trial/trial.svg");
		assertThat(plot.toFile().length()).isLessThan(50_000);
		var root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(plot.toFile()).getDocumentElement();
		assertThat(root.getTagName()).isEqualTo("svg");
		assertThat(root.getElementsByTagName("path").getLength()).isGreaterThan(12);
	}

	@Test
	void tableShowsWhatHeldAndWhatDidNot() {
		write(outcome(100, 1));
		assertThat(new Report(this.directory).summarize()).contains("[trial](trial.md) | holds | 1.000");
		write(outcome(200, 1));
		assertThat(new Report(this.directory).summarize()).contains("[trial](trial.md) | **red** | 2.000");
		assertThat(this.directory.resolve("trial/trial.md")).content()
			.contains("| 0.950 to 1.050 | 2.000 | **red** |", "(trial.svg)");
	}

	@Test
	void controlIsAsItMustBeWhenItIsFoundOut() {
		Experiment control = Experiment.control("control", "Nothing is shared.")
			.expecting(Hypotheses.admitted("strict", 0.95, 1.05));
		write(control, outcome(200, Double.NaN));
		assertThat(new Report(this.directory).summarize())
			.contains("[control](control.md) | red, as it must be | 2.000", "| never |");
		write(control, outcome(100, Double.NaN));
		assertThat(new Report(this.directory).summarize()).contains("| **not found out** | 1.000");
	}

	private void write(Outcome outcome) {
		write(EXPERIMENT, outcome);
	}

	private void write(Experiment experiment, Outcome outcome) {
		new Report(this.directory).write(experiment, outcome, experiment.judge(outcome, List.of(Kind.values())));
	}

	private static List<Boolean> holds(Outcome outcome) {
		return EXPERIMENT.judge(outcome, List.of(Kind.values())).stream().map((verdict) -> verdict.holds()).toList();
	}

	private static Outcome outcome(long admitted, double secondsToEqualLevels) {
		Map<String, Account> accounts = Map.of("strict", new Account(300, 200, 100, admitted, 0), "bounded",
				new Account(300, 200, 100, 100, 0));
		return new Outcome(Schedule.LONG, rows("baseline", 3), rows("fault", 40), new Window(), new Window(), accounts,
				accounts, secondsToEqualLevels, 0, 0, 0, null);
	}

	private static List<Row> rows(String phase, int seconds) {
		return IntStream.rangeClosed(1, seconds)
			.mapToObj((second) -> new Row(second, phase, 10, 5, 0, Map.of("a", 1.5, "b", Double.NaN), 0.01, Double.NaN,
					4, 8, 0.5, 800))
			.toList();
	}

}
