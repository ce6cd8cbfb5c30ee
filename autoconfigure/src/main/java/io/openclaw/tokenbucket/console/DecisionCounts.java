package io.openclaw.tokenbucket.console;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.openclaw.tokenbucket.limiter.Decision;
import io.openclaw.tokenbucket.limiter.DecisionListener;
import io.openclaw.tokenbucket.limiter.Outcome;
import io.openclaw.tokenbucket.limiter.Reason;

/**
 * Counts decisions by limit and reason since start. Thread-safe.
 */
public final class DecisionCounts implements DecisionListener {

	private static final long NANOS_OF_A_MILLI = 1_000_000;

	private final Map<String, OfLimit> limits = new ConcurrentHashMap<>();

	@Override
	public void onDecision(Decision decision, long nanos) {
		String limit = decision.limit().name();
		OfLimit known = this.limits.get(limit);
		((known != null) ? known : this.limits.computeIfAbsent(limit, (name) -> new OfLimit())).count(decision, nanos);
	}

	/**
	 * What was counted until now.
	 * @return for each limit that decided anything, the counts that are not zero
	 */
	Map<String, Snapshot> snapshot() {
		Map<String, Snapshot> snapshot = new TreeMap<>();
		this.limits.forEach((limit, counts) -> snapshot.put(limit, counts.snapshot()));
		return snapshot;
	}

	/**
	 * Decisions of one limit. Immutable.
	 *
	 * @param admitted requests that went on, those that only a limit in shadow mode would
	 * have rejected included
	 * @param waited requests that took a millisecond or longer to decide, since they
	 * waited for other gateways
	 * @param rejected rejections by reason, without those that are zero
	 */
	public record Snapshot(long admitted, long waited, Map<String, Long> rejected) {
	}

	private static final class OfLimit {

		private final LongAdder admitted = new LongAdder();

		private final LongAdder waited = new LongAdder();

		private final LongAdder[] rejected = Arrays.stream(Reason.values())
			.map((reason) -> new LongAdder())
			.toArray(LongAdder[]::new);

		void count(Decision decision, long nanos) {
			LongAdder adder = (decision.outcome() == Outcome.REJECTED) ? this.rejected[decision.reason().ordinal()]
					: this.admitted;
			adder.increment();
			if (nanos >= NANOS_OF_A_MILLI) {
				this.waited.increment();
			}
		}

		Snapshot snapshot() {
			Map<String, Long> byReason = new TreeMap<>();
			for (Reason reason : Reason.values()) {
				long count = this.rejected[reason.ordinal()].sum();
				if (count > 0) {
					byReason.put(reason.name().toLowerCase(Locale.ROOT), count);
				}
			}
			return new Snapshot(this.admitted.sum(), this.waited.sum(), byReason);
		}

	}

}
