package io.openclaw.sample.chaos.experiment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

import io.openclaw.sample.chaos.fleet.Fleet;
import io.openclaw.sample.chaos.fleet.Levels;
import io.openclaw.sample.chaos.load.OpenLoad;
import io.openclaw.sample.chaos.load.Window;

/**
 * Measures every second. Not thread-safe.
 */
final class Observer {

	private static final String DRIFT = "/actuator/prometheus?includedNames=openclaw_token_bucket_drift_ratio";

	private static final Pattern VALUE = Pattern.compile("^openclaw_token_bucket_drift_ratio\\S* (\\S+)",
			Pattern.MULTILINE);

	private final Fleet fleet;

	private final OpenLoad load;

	private final Traffic traffic;

	private final Resources resources;

	Observer(Fleet fleet, OpenLoad load, Traffic traffic) {
		this.fleet = fleet;
		this.load = load;
		this.traffic = traffic;
		this.resources = new Resources(fleet);
	}

	/**
	 * Measures for some time.
	 * @param phase its name
	 * @param seconds how long
	 * @param tick called at the beginning of each second with its number, from 0
	 * @param killSwitch ends it before
	 * @param before what was measured in the same run before
	 * @return a row a second
	 * @throws AbortedException if the kill switch tripped
	 */
	List<Row> observe(String phase, int seconds, IntConsumer tick, KillSwitch killSwitch, List<Row> before)
			throws AbortedException {
		List<Row> rows = new ArrayList<>();
		List<Row> all = new ArrayList<>(before);
		long start = System.nanoTime();
		this.load.endSecond();
		for (int second = 0; second < seconds; second++) {
			tick.accept(second);
			long end = start + TimeUnit.SECONDS.toNanos(second + 1);
			for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			Row row = measure(second + 1, phase);
			rows.add(row);
			all.add(row);
			String tripped = killSwitch.tripped(all);
			if (tripped != null) {
				throw new AbortedException(tripped, rows);
			}
		}
		return rows;
	}

	private Row measure(int second, String phase) {
		Window window = this.load.endSecond();
		CompletableFuture<Levels> levels = Levels.read(this.fleet, Fleet.MEMBERS, "bounded", this.traffic.hotKey(),
				Traffic.CAPACITY);
		List<CompletableFuture<Double>> reported = Fleet.MEMBERS.stream().map(this::reportedDrift).toList();
		return new Row(second, phase, window.admitted(), window.rejected(), window.errors(), levels.join().byMember(),
				drift(),
				reported.stream()
					.mapToDouble(CompletableFuture::join)
					.filter((ratio) -> !Double.isNaN(ratio))
					.max()
					.orElse(Double.NaN),
				window.percentile(50), window.percentile(95), this.resources.cpu(), this.resources.rss());
	}

	private double drift() {
		return this.traffic.oracles()
			.values()
			.stream()
			.map((oracle) -> oracle.account().drift())
			.max(Comparator.comparingDouble(Math::abs))
			.orElseThrow();
	}

	private CompletableFuture<Double> reportedDrift(String member) {
		return this.fleet.request(member, DRIFT)
			.thenApply((response) -> VALUE.matcher(response.body())
				.results()
				.mapToDouble((result) -> Double.parseDouble(result.group(1)))
				.max()
				.orElse(Double.NaN))
			.exceptionally((failure) -> Double.NaN)
			.completeOnTimeout(Double.NaN, 900, TimeUnit.MILLISECONDS);
	}

	/**
	 * The experiment did more harm than was agreed.
	 */
	static final class AbortedException extends Exception {

		private final transient List<Row> rows;

		AbortedException(String message, List<Row> rows) {
			super(message);
			this.rows = List.copyOf(rows);
		}

		List<Row> rows() {
			return this.rows;
		}

	}

}
