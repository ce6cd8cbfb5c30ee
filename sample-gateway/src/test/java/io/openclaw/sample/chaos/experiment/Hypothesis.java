package io.openclaw.sample.chaos.experiment;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What is expected, as a number that is set before the run. Immutable.
 *
 * @param what is measured, with its unit
 * @param kind on what it depends
 * @param least the lowest acceptable number
 * @param most the highest acceptable number
 * @param measure reads the number from the outcome
 */
public record Hypothesis(String what, Kind kind, double least, double most, ToDoubleFunction<Outcome> measure) {

	/**
	 * Looks whether it came true.
	 * @param outcome what happened
	 * @return the verdict; red if the number could not be measured
	 */
	public Verdict judge(Outcome outcome) {
		double measured = this.measure.applyAsDouble(outcome);
		return new Verdict(this, measured, measured >= this.least && measured <= this.most);
	}

	/**
	 * The numbers that are expected.
	 * @return a few words
	 */
	public String expectation() {
		if (this.least == this.most) {
			return number(this.least);
		}
		if (this.least == Double.NEGATIVE_INFINITY) {
			return "at most " + number(this.most);
		}
		if (this.most == Double.POSITIVE_INFINITY) {
			return "at least " + number(this.least);
		}
		return number(this.least) + " to " + number(this.most);
	}

	static String number(double number) {
		return (number == Math.rint(number)) ? String.format(Locale.ROOT, "%.0f", number)
				: String.format(Locale.ROOT, "%.3f", number);
	}

	/**
	 * On what a measurement depends.
	 */
	public enum Kind {

		/** On the rules of the limiter: asserted everywhere. */
		RULES,

		/** On how fast the machine is: not asserted in a build. */
		SPEED

	}

	/**
	 * Whether a hypothesis came true.
	 *
	 * @param hypothesis the hypothesis
	 * @param measured what was measured
	 * @param holds whether it came true
	 */
	public record Verdict(Hypothesis hypothesis, double measured, boolean holds) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%-5s %s: %s (expected: %s)", this.holds ? "ok" : "RED",
					this.hypothesis.what(), number(this.measured), this.hypothesis.expectation());
		}

	}

}
