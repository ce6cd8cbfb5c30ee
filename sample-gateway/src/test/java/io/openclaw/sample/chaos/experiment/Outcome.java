package io.openclaw.sample.chaos.experiment;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.openclaw.sample.chaos.load.Oracle.Account;
import io.openclaw.sample.chaos.load.Window;

/**
 * What happened in an experiment.
 *
 * @param schedule how long it was to last
 * @param baselineRows a row for every second without the fault
 * @param faultRows a row for every second with the fault and of the recovery
 * @param baseline answers to what was sent without the fault
 * @param fault answers to what was sent with the fault and in the recovery
 * @param whole what was admitted in the whole run, by limit
 * @param sinceFault what was admitted from the beginning of the fault on, by limit
 * @param secondsToEqualLevels from healing until the gateways agreed; not a number if
 * they did not
 * @param spreadInTheEnd tokens that gateways were apart when nobody asked any more; not a
 * number if they did not answer
 * @param logLines that the most talkative of the gateways that lived through it wrote
 * since the fault
 * @param lostMessages messages between gateways that the network lost
 * @param aborted why it was ended before; {@code null} if it was not
 */
public record Outcome(Schedule schedule, List<Row> baselineRows, List<Row> faultRows, Window baseline, Window fault,
		Map<String, Account> whole, Map<String, Account> sinceFault, double secondsToEqualLevels, double spreadInTheEnd,
		int logLines, long lostMessages, @Nullable String aborted) {

	/**
	 * Requests answered with anything but 200 and 429, or not at all. Those sent just
	 * before the fault may have met it.
	 * @return how many, from the beginning of the baseline on
	 */
	public int errors() {
		return this.baseline.errors() + this.fault.errors();
	}

	double driftBefore() {
		return this.baselineRows.isEmpty() ? 0 : this.baselineRows.get(this.baselineRows.size() - 1).drift();
	}

}
