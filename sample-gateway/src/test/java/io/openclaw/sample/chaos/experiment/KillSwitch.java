package io.openclaw.sample.chaos.experiment;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Ends an experiment before it does more harm than was agreed. Immutable.
 *
 * @param mostErrors errors among all requests of the last five seconds, 0 to 1
 * @param mostDrift requests admitted beside those of a perfect bucket, too many or too
 * few, as part of the capacity
 */
public record KillSwitch(double mostErrors, double mostDrift) {

	/** For experiments that should hardly be noticed. */
	public static final KillSwitch DEFAULT = new KillSwitch(0.05, 1);

	/** Never trips. */
	static final KillSwitch NONE = new KillSwitch(1, Double.POSITIVE_INFINITY);

	private static final int SECONDS = 5;

	/**
	 * Looks at what was measured so far.
	 * @param rows a row a second
	 * @return why the experiment is to be aborted, {@code null} if it may go on
	 */
	public @Nullable String tripped(List<Row> rows) {
		List<Row> last = rows.subList(Math.max(0, rows.size() - SECONDS), rows.size());
		int errors = last.stream().mapToInt(Row::errors).sum();
		int all = last.stream().mapToInt(Row::total).sum();
		if (errors > this.mostErrors * all) {
			return "%d errors among %d requests in %d seconds, more than %.0f %%".formatted(errors, all, last.size(),
					this.mostErrors * 100);
		}
		double drift = rows.isEmpty() ? 0 : rows.get(rows.size() - 1).drift();
		if (Math.abs(drift) > this.mostDrift) {
			return "a drift of %.0f %% of capacity, more than %.0f %%".formatted(drift * 100, this.mostDrift * 100);
		}
		return null;
	}

}
