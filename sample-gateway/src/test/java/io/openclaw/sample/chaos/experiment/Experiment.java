package io.openclaw.sample.chaos.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.sample.chaos.experiment.Hypothesis.Kind;
import io.openclaw.sample.chaos.experiment.Hypothesis.Verdict;
import io.openclaw.sample.chaos.fleet.FleetPlan;

/**
 * An experiment before it is run. Immutable.
 *
 * @param name its name, of letters, digits and hyphens
 * @param question what is done, in a sentence
 * @param purpose what it is to show
 * @param plan how the fleet is started
 * @param tenantsPerSecond requests with a key that nobody else ever uses
 * @param fault what goes wrong
 * @param killSwitch when it is aborted
 * @param obstacle why it cannot be run on this machine; supplies {@code null} if it can
 * @param hypotheses what is expected
 */
public record Experiment(String name, String question, Purpose purpose, FleetPlan plan, double tenantsPerSecond,
		Fault fault, KillSwitch killSwitch, Supplier<@Nullable String> obstacle, List<Hypothesis> hypotheses) {

	/**
	 * An experiment with the standard fleet, which expects nothing yet.
	 * @param name its name, of letters, digits and hyphens
	 * @param question what is done, in a sentence
	 * @param fault what goes wrong
	 * @return the experiment
	 */
	public static Experiment of(String name, String question, Fault fault) {
		return new Experiment(name, question, Purpose.PROMISE, FleetPlan.STANDARD, 0, fault, KillSwitch.DEFAULT,
				() -> null, List.of());
	}

	/**
	 * A control without any fault, of a fleet that cannot keep what is promised.
	 * @param name its name, of letters, digits and hyphens
	 * @param question what is wrong with the fleet, in a sentence
	 * @return the experiment
	 */
	public static Experiment control(String name, String question) {
		return new Experiment(name, question, Purpose.CONTROL, FleetPlan.STANDARD, 0, Fault.NONE, KillSwitch.DEFAULT,
				() -> null, List.of());
	}

	/**
	 * The same with another fleet.
	 * @param plan how it is started
	 * @return an experiment
	 */
	public Experiment in(FleetPlan plan) {
		return new Experiment(this.name, this.question, this.purpose, plan, this.tenantsPerSecond, this.fault,
				this.killSwitch, this.obstacle, this.hypotheses);
	}

	/**
	 * The same with callers whom nobody has seen before.
	 * @param perSecond how many
	 * @return an experiment
	 */
	public Experiment withTenants(double perSecond) {
		return new Experiment(this.name, this.question, this.purpose, this.plan, perSecond, this.fault, this.killSwitch,
				this.obstacle, this.hypotheses);
	}

	/**
	 * The same with another kill switch.
	 * @param killSwitch when it is aborted
	 * @return an experiment
	 */
	public Experiment abortedBy(KillSwitch killSwitch) {
		return new Experiment(this.name, this.question, this.purpose, this.plan, this.tenantsPerSecond, this.fault,
				killSwitch, this.obstacle, this.hypotheses);
	}

	/**
	 * The same, but not on machines that lack something.
	 * @param obstacle why it cannot be run; supplies {@code null} if it can
	 * @return an experiment
	 */
	public Experiment unless(Supplier<@Nullable String> obstacle) {
		return new Experiment(this.name, this.question, this.purpose, this.plan, this.tenantsPerSecond, this.fault,
				this.killSwitch, obstacle, this.hypotheses);
	}

	/**
	 * The same with further expectations.
	 * @param further numbers
	 * @return an experiment
	 */
	public Experiment expecting(Hypothesis... further) {
		List<Hypothesis> all = new ArrayList<>(this.hypotheses);
		all.addAll(List.of(further));
		return new Experiment(this.name, this.question, this.purpose, this.plan, this.tenantsPerSecond, this.fault,
				this.killSwitch, this.obstacle, all);
	}

	/**
	 * Judges what happened.
	 * @param outcome what happened
	 * @param kinds the kinds of hypotheses that count
	 * @return a verdict for each of them
	 */
	public List<Verdict> judge(Outcome outcome, List<Kind> kinds) {
		return this.hypotheses.stream()
			.filter((hypothesis) -> kinds.contains(hypothesis.kind()))
			.map((hypothesis) -> hypothesis.judge(outcome))
			.toList();
	}

	@Override
	public String toString() {
		return this.name;
	}

	/**
	 * What an experiment is to show.
	 */
	public enum Purpose {

		/** That its hypotheses hold. */
		PROMISE("holds", "**red**"),

		/** That hypotheses that do not hold are found out. */
		CONTROL("**not found out**", "red, as it must be");

		private final String green;

		private final String red;

		Purpose(String green, String red) {
			this.green = green;
			this.red = red;
		}

		/**
		 * What to say of a result.
		 * @param isGreen whether all hypotheses held
		 * @return a few words, bold if it is not as it should be
		 */
		public String describe(boolean isGreen) {
			return isGreen ? this.green : this.red;
		}

	}

}
