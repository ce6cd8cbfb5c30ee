package io.openclaw.sample.chaos.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

import io.openclaw.sample.chaos.load.Stream.Kind;

/**
 * How the requests of some time were answered. Thread-safe.
 */
public final class Window {

	private static final int MOST_TEXTS = 10;

	private final int[] counts = new int[Kind.values().length];

	private final Map<String, List<Double>> latencies = new HashMap<>();

	private final Map<String, Integer> errors = new LinkedHashMap<>();

	synchronized void answered(String member, Kind kind, double millis) {
		this.counts[kind.ordinal()]++;
		this.latencies.computeIfAbsent(member, (added) -> new ArrayList<>()).add(millis);
	}

	synchronized void error(String description) {
		if (this.errors.size() < MOST_TEXTS || this.errors.containsKey(description)) {
			this.errors.merge(description, 1, Integer::sum);
		}
	}

	/**
	 * Requests that were answered with 200.
	 * @return how many
	 */
	public int admitted() {
		return count(Kind.ADMITTED);
	}

	/**
	 * Requests that were answered with 429.
	 * @return how many
	 */
	public int rejected() {
		return count(Kind.REJECTED) + wronglyRejected();
	}

	/**
	 * Requests that were answered with 429 while a perfect bucket would have had tokens.
	 * @return how many
	 */
	public int wronglyRejected() {
		return count(Kind.WRONGLY_REJECTED);
	}

	/**
	 * Requests that were answered otherwise, or not at all.
	 * @return how many
	 */
	public int errors() {
		return count(Kind.ERROR);
	}

	/**
	 * All requests.
	 * @return how many
	 */
	public int total() {
		return admitted() + rejected() + errors();
	}

	/**
	 * The errors, though not all if they were of many kinds.
	 * @return a line for each kind, with how many there were
	 */
	public synchronized List<String> kindsOfErrors() {
		return this.errors.entrySet().stream().map((error) -> error.getValue() + " × " + error.getKey()).toList();
	}

	/**
	 * A percentile of the latency of all requests.
	 * @param percent which
	 * @return milliseconds from when a request was to be sent; not a number without any
	 */
	public double percentile(double percent) {
		return percentile(percent, List.of());
	}

	/**
	 * A percentile of the latency of the requests to other members than some.
	 * @param percent which
	 * @param except members that do not count
	 * @return milliseconds from when a request was to be sent; not a number without any
	 */
	public double percentile(double percent, Collection<String> except) {
		double[] sorted = latencies(except).sorted().toArray();
		return (sorted.length == 0) ? Double.NaN : sorted[(int) Math.ceil(percent / 100 * sorted.length) - 1];
	}

	/**
	 * The mean latency of the requests to other members than some.
	 * @param except members that do not count
	 * @return milliseconds from when a request was to be sent; not a number without any
	 */
	public double mean(Collection<String> except) {
		return latencies(except).average().orElse(Double.NaN);
	}

	private synchronized DoubleStream latencies(Collection<String> except) {
		double[] counted = this.latencies.entrySet()
			.stream()
			.filter((entry) -> !except.contains(entry.getKey()))
			.flatMap((entry) -> entry.getValue().stream())
			.mapToDouble(Double::doubleValue)
			.toArray();
		return Arrays.stream(counted);
	}

	private synchronized int count(Kind kind) {
		return this.counts[kind.ordinal()];
	}

	@Override
	public String toString() {
		String kinds = (errors() == 0) ? "" : " " + kindsOfErrors();
		return "%d admitted, %d rejected (%d wrongly), %d errors%s; mean %.1f ms, p95 %.1f ms".formatted(admitted(),
				rejected(), wronglyRejected(), errors(), kinds, mean(List.of()), percentile(95));
	}

}
