package io.openclaw.tokenbucket.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Measurements of one thing.
 */
public final class Samples {

	private final double[] sorted;

	private Samples(double[] values) {
		this.sorted = values.clone();
		Arrays.sort(this.sorted);
	}

	/**
	 * Takes what was measured.
	 * @param values at least one
	 */
	public static Samples of(double... values) {
		return new Samples(values);
	}

	/**
	 * Takes one figure of each round.
	 * @param rounds at least one
	 */
	public static <T> Samples of(Collection<T> rounds, ToDoubleFunction<T> figure) {
		return new Samples(rounds.stream().mapToDouble(figure).toArray());
	}

	public double median() {
		return percentile(0.5);
	}

	/**
	 * The value below which a part of the values lies.
	 * @param part from 0 to 1
	 */
	public double percentile(double part) {
		return this.sorted[(int) Math.min(this.sorted.length - 1, Math.floor(part * this.sorted.length))];
	}

	public double mean() {
		return Arrays.stream(this.sorted).average().orElseThrow();
	}

	public double lowest() {
		return this.sorted[0];
	}

	public double highest() {
		return this.sorted[this.sorted.length - 1];
	}

	/**
	 * The median, and between which values all lie.
	 * @param format of a value, such as {@code %.1f}
	 */
	public String spread(String format) {
		return (format + " (" + format + " to " + format + ")").formatted(median(), lowest(), highest());
	}

	/**
	 * Formats a value the same way everywhere.
	 */
	public static String format(String format, Object... values) {
		return String.format(Locale.ROOT, format, values);
	}

}
