package io.openclaw.tokenbucket.console;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.decision.Refusal;

/**
 * Counts decisions by limit and reason since start. Thread-safe.
 */
public final class DecisionCounts implements DecisionListener {

	private final Map<String, OfLimit> limits = new ConcurrentHashMap<>();

	@Override
	public void onDecision(DecisionEvent event) {
		of(event.limit()).count(event);
	}

	@Override
	public void onRefusal(String limit, Refusal refusal) {
		of(limit).count(refusal);
	}

	private OfLimit of(String limit) {
		OfLimit known = this.limits.get(limit);
		return (known != null) ? known : this.limits.computeIfAbsent(limit, (name) -> new OfLimit());
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
	 * @param waited requests that waited for other gateways
	 * @param rejected requests that were rejected, or answered before a bucket was asked,
	 * by reason, without those that are zero
	 */
	public record Snapshot(long admitted, long waited, Map<String, Long> rejected) {
	}

	private static final class OfLimit {

		private final LongAdder admitted = new LongAdder();

		private final LongAdder waited = new LongAdder();

		private final Map<Enum<?>, LongAdder> rejected = Stream
			.concat(Arrays.stream(Reason.values()), Arrays.stream(Refusal.values()))
			.collect(Collectors.toUnmodifiableMap(Function.identity(), (reason) -> new LongAdder()));

		void count(DecisionEvent event) {
			if (event.decision().outcome() == Outcome.REJECTED) {
				count(event.decision().reason());
			}
			else {
				this.admitted.increment();
			}
			if (event.waited()) {
				this.waited.increment();
			}
		}

		void count(Enum<?> reason) {
			Objects.requireNonNull(this.rejected.get(reason)).increment();
		}

		Snapshot snapshot() {
			Map<String, Long> byReason = new TreeMap<>();
			this.rejected.forEach((reason, count) -> {
				if (count.sum() > 0) {
					byReason.put(reason.name().toLowerCase(Locale.ROOT), count.sum());
				}
			});
			return new Snapshot(this.admitted.sum(), this.waited.sum(), byReason);
		}

	}

}
