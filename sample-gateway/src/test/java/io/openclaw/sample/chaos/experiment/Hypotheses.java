package io.openclaw.sample.chaos.experiment;

import java.util.List;
import java.util.function.ToDoubleFunction;

import io.openclaw.sample.chaos.experiment.Hypothesis.Kind;

/**
 * The numbers that experiments expect.
 */
public final class Hypotheses {

	private static final double ANY = Double.NEGATIVE_INFINITY;

	private Hypotheses() {
	}

	/**
	 * The budget of the whole run.
	 * @param limit which limit
	 * @param least admitted, beside those of a perfect bucket
	 * @param most admitted, beside those of a perfect bucket
	 * @return a hypothesis
	 */
	public static Hypothesis admitted(String limit, double least, double most) {
		return new Hypothesis("admitted by `" + limit + "` ÷ ideal, whole run", Kind.RULES, least, most,
				(outcome) -> outcome.whole().get(limit).ratio());
	}

	/**
	 * The budget from the beginning of the fault on.
	 * @param limit which limit
	 * @param least admitted, beside those of a perfect bucket
	 * @param most admitted, beside those of a perfect bucket
	 * @return a hypothesis
	 */
	public static Hypothesis admittedSinceFault(String limit, double least, double most) {
		return new Hypothesis("admitted by `" + limit + "` ÷ ideal, since the fault", Kind.RULES, least, most,
				(outcome) -> outcome.sinceFault().get(limit).ratio());
	}

	/**
	 * No answer is anything but 200 or 429.
	 * @return a hypothesis
	 */
	public static Hypothesis onlyAdmittedOrRejected() {
		return new Hypothesis("answers other than 200 and 429", Kind.RULES, 0, 0, Outcome::errors);
	}

	/**
	 * Errors.
	 * @param most of all requests, in per cent
	 * @return a hypothesis
	 */
	public static Hypothesis errors(double most) {
		return new Hypothesis("errors, % of requests", Kind.RULES, ANY, most,
				(outcome) -> 100.0 * outcome.errors() / outcome.fault().total());
	}

	/**
	 * Rejections while a perfect bucket had tokens.
	 * @param most of all requests, in per cent
	 * @return a hypothesis
	 */
	public static Hypothesis wrongRejections(double most) {
		return new Hypothesis("wrong 429s, % of requests", Kind.RULES, ANY, most,
				(outcome) -> 100.0 * outcome.fault().wronglyRejected() / outcome.fault().total());
	}

	/**
	 * How far the fleet gets from a perfect bucket, at its worst.
	 * @param most of capacity, in per cent
	 * @return a hypothesis
	 */
	public static Hypothesis drift(double most) {
		return new Hypothesis("drift at its worst since the fault, % of capacity", Kind.RULES, ANY, most,
				(outcome) -> outcome.faultRows()
					.stream()
					.mapToDouble((row) -> 100 * Math.abs(row.drift() - outcome.driftBefore()))
					.max()
					.orElse(Double.NaN));
	}

	/**
	 * How soon gateways agree again on a level to the token.
	 * @return a hypothesis
	 */
	public static Hypothesis levelsEqualSoonAfterHealing() {
		return new Hypothesis("seconds from healing until levels are equal ±1", Kind.SPEED, ANY, 2,
				Outcome::secondsToEqualLevels);
	}

	/**
	 * Gateways agree on the levels of all buckets in the end.
	 * @return a hypothesis
	 */
	public static Hypothesis levelsEqualInTheEnd() {
		return new Hypothesis("spread of the levels once nobody asks any more, tokens", Kind.RULES, ANY, 1,
				Outcome::spreadInTheEnd);
	}

	/**
	 * The mean latency.
	 * @param except gateways that are not expected to be fast
	 * @return a hypothesis
	 */
	public static Hypothesis meanLatency(String... except) {
		return new Hypothesis("mean latency, ms" + without(except), Kind.SPEED, ANY, 50,
				(outcome) -> outcome.fault().mean(List.of(except)));
	}

	/**
	 * How much slower the slow requests get.
	 * @param except gateways that are not expected to be fast
	 * @return a hypothesis
	 */
	public static Hypothesis p95Within30Millis(String... except) {
		return new Hypothesis("p95 latency above the baseline's, ms" + without(except), Kind.SPEED, ANY, 30,
				(outcome) -> outcome.fault().percentile(95, List.of(except))
						- outcome.baseline().percentile(95, List.of(except)));
	}

	/**
	 * How much slower the slowest requests get.
	 * @return a hypothesis
	 */
	public static Hypothesis p99WithinTwice() {
		return new Hypothesis("p99 latency ÷ the baseline's", Kind.SPEED, ANY, 2,
				(outcome) -> outcome.fault().percentile(99) / outcome.baseline().percentile(99));
	}

	/**
	 * Nothing is logged for each request, of which a gateway gets 58 a second.
	 * @param most lines
	 * @return a hypothesis
	 */
	public static Hypothesis logLines(int most) {
		return new Hypothesis("lines logged by a gateway since the fault", Kind.RULES, ANY, most, Outcome::logLines);
	}

	/**
	 * What a gateway holds in memory.
	 * @param most megabytes
	 * @return a hypothesis
	 */
	public static Hypothesis memory(double most) {
		return new Hypothesis("memory of a gateway on average, MB", Kind.SPEED, ANY, most,
				(outcome) -> outcome.faultRows().stream().mapToDouble(Row::rss).max().orElse(Double.NaN) / 4);
	}

	/**
	 * The fault was really there.
	 * @param what is counted
	 * @param least how many
	 * @param measure counts them
	 * @return a hypothesis
	 */
	public static Hypothesis happened(String what, double least, ToDoubleFunction<Outcome> measure) {
		return new Hypothesis(what, Kind.RULES, least, Double.POSITIVE_INFINITY, measure);
	}

	private static String without(String... members) {
		return (members.length == 0) ? "" : ", without " + String.join(", ", members);
	}

}
