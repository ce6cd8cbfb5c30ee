package io.openclaw.sample.chaos;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;

import io.openclaw.sample.chaos.experiment.Experiment;
import io.openclaw.sample.chaos.experiment.ExperimentRun;
import io.openclaw.sample.chaos.experiment.Hypothesis.Kind;
import io.openclaw.sample.chaos.experiment.Hypothesis.Verdict;
import io.openclaw.sample.chaos.experiment.Outcome;
import io.openclaw.sample.chaos.experiment.Schedule;
import io.openclaw.sample.chaos.fleet.Fleet;
import io.openclaw.sample.chaos.fleet.FleetKeeper;
import io.openclaw.sample.chaos.report.Report;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs experiments one after the other, says what it does, and reports. Not thread-safe.
 */
final class Laboratory implements AutoCloseable {

	private static final long SEED = Long.getLong("chaos.seed", 1);

	private final Schedule schedule;

	private final List<Kind> kinds;

	private final Report report;

	private final FleetKeeper fleets = new FleetKeeper();

	/**
	 * Creates a laboratory.
	 * @param directory where to report to
	 * @param schedule how long experiments last
	 * @param kinds the kinds of hypotheses that count
	 */
	Laboratory(String directory, Schedule schedule, Kind... kinds) {
		this.report = new Report(Path.of(directory));
		this.schedule = schedule;
		this.kinds = List.of(kinds);
	}

	/**
	 * Runs an experiment, and fails if a hypothesis did.
	 * @param experiment what to run
	 */
	void confirm(Experiment experiment) {
		Result result = run(experiment);
		if (!result.isGreen()) {
			// What it broke is not to spoil the next.
			this.fleets.close();
		}
		assertThat(result.outcome().aborted()).as("aborted by the kill switch").isNull();
		assertThat(result.verdicts()).as(experiment.name()).allMatch(Verdict::holds, "holds");
	}

	/**
	 * Runs a control, and fails unless it is found that more than the budget was
	 * admitted.
	 * @param control what to run
	 */
	void refute(Experiment control) {
		Result result = run(control);
		assertThat(result.outcome().aborted()).isNull();
		assertThat(result.outcome().whole().values()).allMatch((account) -> account.ratio() > 1.2);
		assertThat(result.verdicts()).filteredOn((verdict) -> !verdict.holds())
			.extracting((verdict) -> verdict.hypothesis().what())
			.anyMatch((what) -> what.startsWith("admitted by `strict`"))
			.anyMatch((what) -> what.startsWith("admitted by `bounded`"));
		assertThat(result.verdicts()).anyMatch(Verdict::holds);
	}

	/**
	 * Runs an experiment.
	 * @param experiment what to run
	 * @return what came of it
	 */
	Result run(Experiment experiment) {
		String obstacle = experiment.obstacle().get();
		Assumptions.assumeTrue(obstacle == null, () -> experiment.name() + " cannot be run here: " + obstacle);
		System.out.printf("%n%s: %s%n", experiment.name(), experiment.question());
		Fleet fleet = this.fleets.whole(experiment.plan());
		Outcome outcome = new ExperimentRun(experiment, fleet, this.schedule, SEED).run();
		List<Verdict> verdicts = experiment.judge(outcome, this.kinds);
		this.report.write(experiment, outcome, verdicts);
		Fleet.MEMBERS.forEach((member) -> this.report.writeLog(experiment, member, fleet.gateway(member).output()));
		verdicts.forEach((verdict) -> System.out.println("  " + verdict));
		System.out.println("  without the fault: " + outcome.baseline());
		System.out.println("  with it, and after: " + outcome.fault());
		if (outcome.aborted() != null) {
			System.out.println("  ABORTED: " + outcome.aborted());
		}
		return new Result(outcome, verdicts);
	}

	@Override
	public void close() {
		this.fleets.close();
		System.out.println("\n" + this.report.summarize());
	}

	/**
	 * What came of an experiment.
	 *
	 * @param outcome what happened
	 * @param verdicts what came true
	 */
	record Result(Outcome outcome, List<Verdict> verdicts) {

		boolean isGreen() {
			return this.outcome.aborted() == null && this.verdicts.stream().allMatch(Verdict::holds);
		}

	}

}
