package io.openclaw.sample.chaos.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import io.openclaw.sample.chaos.experiment.Experiment;
import io.openclaw.sample.chaos.experiment.Hypothesis.Verdict;
import io.openclaw.sample.chaos.experiment.Outcome;
import io.openclaw.sample.chaos.experiment.Schedule;
import io.openclaw.sample.chaos.load.Oracle.Account;
import io.openclaw.sample.chaos.load.Window;

/**
 * Everything that is kept of an experiment, in a folder of its own: {@code baseline.csv},
 * {@code fault.csv}, and under the experiment's name the report and the plot.
 */
public final class Report {

	private static final String ROW_FILE = "row.txt";

	private static final String HEADING = """
			| experiment | verdict | admitted ÷ ideal: `strict` | `bounded` | errors | wrong 429s | mean, ms | p95, ms (baseline) | levels equal after, s |
			| --- | --- | --- | --- | --- | --- | --- | --- | --- |
			""";

	private final Path directory;

	/**
	 * Creates a report.
	 * @param directory the folder of all experiments
	 */
	public Report(Path directory) {
		this.directory = directory;
	}

	/**
	 * Writes the folder of an experiment.
	 * @param experiment what was run
	 * @param outcome what happened
	 * @param verdicts what came true
	 */
	public void write(Experiment experiment, Outcome outcome, List<Verdict> verdicts) {
		String name = experiment.name();
		write(name, "baseline.csv", Csv.of(outcome.baselineRows()));
		write(name, "fault.csv", Csv.of(outcome.faultRows()));
		write(name, name + ".svg", Plot.of(outcome));
		write(name, name + ".md", describe(experiment, outcome, verdicts));
		write(name, ROW_FILE, row(experiment, outcome, verdicts));
	}

	/**
	 * Keeps what a gateway printed.
	 * @param experiment what was run
	 * @param member the gateway
	 * @param output all that it printed since it was started
	 */
	public void writeLog(Experiment experiment, String member, String output) {
		write(experiment.name(), "gateway-" + member + ".log", output);
	}

	/**
	 * Writes {@code results.md}, a table of all experiments that were ever reported here.
	 * @return the table
	 */
	public String summarize() {
		try (var folders = Files.list(this.directory)) {
			String rows = folders.map((folder) -> folder.resolve(ROW_FILE))
				.filter(Files::exists)
				.sorted()
				.map(Report::read)
				.collect(Collectors.joining());
			String table = HEADING + rows;
			Files.writeString(this.directory.resolve("results.md"), "# Results of the experiments\n\n" + table);
			return table;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String describe(Experiment experiment, Outcome outcome, List<Verdict> verdicts) {
		Schedule schedule = outcome.schedule();
		StringBuilder text = new StringBuilder();
		text.append("# ").append(experiment.name()).append("\n\n").append(experiment.question()).append("\n\n");
		text.append(String.format(Locale.ROOT,
				"Four gateways; %d s without the fault, %d s with it, %d s after it; %d processors.\n\n",
				schedule.baseline(), schedule.fault(), schedule.recovery(),
				Runtime.getRuntime().availableProcessors()));
		if (outcome.aborted() != null) {
			text.append("**Aborted by the kill switch**: ").append(outcome.aborted()).append("\n\n");
		}
		text.append("| hypothesis | expected | measured | |\n| --- | --- | --- | --- |\n");
		verdicts.forEach((verdict) -> text
			.append(String.format(Locale.ROOT, "| %s | %s | %.3f | %s |\n", verdict.hypothesis().what(),
					verdict.hypothesis().expectation(), verdict.measured(), verdict.holds() ? "✓" : "**red**")));
		text.append("\n| | sent | admitted | ideal |\n| --- | --- | --- | --- |\n");
		outcome.whole().forEach((limit, account) -> text.append(account("`" + limit + "`, whole run", account)));
		outcome.sinceFault()
			.forEach((limit, account) -> text.append(account("`" + limit + "`, since the fault", account)));
		text.append("\n| | all requests of the phase |\n| --- | --- |\n");
		text.append("| baseline | ").append(outcome.baseline()).append(" |\n");
		text.append("| fault and recovery | ").append(outcome.fault()).append(" |\n");
		return text.append(String.format(Locale.ROOT, "\n![baseline against fault](%s.svg)\n", experiment.name()))
			.toString();
	}

	private static String account(String name, Account account) {
		return String.format(Locale.ROOT, "| %s | %d | %d | %d |\n", name, account.sent(), account.admitted(),
				account.ideal());
	}

	private static String row(Experiment experiment, Outcome outcome, List<Verdict> verdicts) {
		boolean green = outcome.aborted() == null && verdicts.stream().allMatch(Verdict::holds);
		Window fault = outcome.fault();
		return String.format(Locale.ROOT,
				"| [%s](%1$s.md) | %s | %.3f | %.3f | %d of %d | %d | %.1f | %.1f (%.1f) | %s |\n", experiment.name(),
				experiment.purpose().describe(green), outcome.whole().get("strict").ratio(),
				outcome.whole().get("bounded").ratio(), outcome.errors(), fault.total(), fault.wronglyRejected(),
				fault.mean(List.of()), fault.percentile(95), outcome.baseline().percentile(95),
				seconds(outcome.secondsToEqualLevels()));
	}

	private static String seconds(double seconds) {
		return Double.isNaN(seconds) ? "never" : String.format(Locale.ROOT, "%.1f", seconds);
	}

	private void write(String experiment, String file, String content) {
		try {
			Path folder = Files.createDirectories(this.directory.resolve(experiment));
			Files.writeString(folder.resolve(file), content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
