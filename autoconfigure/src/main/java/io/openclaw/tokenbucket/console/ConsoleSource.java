package io.openclaw.tokenbucket.console;

import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.observability.endpoint.ReplicationEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsView;

/**
 * Samples this gateway. The view of all limits looks at every bucket, so it is made anew
 * only after a hundred times as long as it took: sampling costs a hundredth of a core at
 * most, however many buckets there are. Not thread-safe: one sampler asks.
 */
public final class ConsoleSource implements Supplier<ConsoleSample> {

	private static final long REST = 100;

	private final TokenBucketsEndpoint tokenBuckets;

	private final ReplicationEndpoint replication;

	private final DecisionCounts decisions;

	private final Supplier<Map<String, String>> circuits;

	private final InstantSource clock;

	private final LongSupplier nanoTime;

	private @Nullable TokenBucketsView last;

	private long freshUntil;

	private long cost;

	/**
	 * Creates the source.
	 * @param tokenBuckets shows limits and busiest keys
	 * @param replication shows the fleet
	 * @param decisions counts decisions
	 * @param circuits the states of circuits by route
	 * @param clock stamps samples
	 * @param nanoTime measures what sampling takes, in nanoseconds
	 */
	public ConsoleSource(TokenBucketsEndpoint tokenBuckets, ReplicationEndpoint replication, DecisionCounts decisions,
			Supplier<Map<String, String>> circuits, InstantSource clock, LongSupplier nanoTime) {
		this.tokenBuckets = tokenBuckets;
		this.replication = replication;
		this.decisions = decisions;
		this.circuits = circuits;
		this.clock = clock;
		this.nanoTime = nanoTime;
	}

	@Override
	public ConsoleSample get() {
		return new ConsoleSample(this.clock.millis(), limits(), this.replication.replication(),
				this.decisions.snapshot(), this.circuits.get());
	}

	private TokenBucketsView limits() {
		TokenBucketsView known = this.last;
		long begin = this.nanoTime.getAsLong();
		if (known != null && begin - this.freshUntil < 0) {
			return known;
		}
		TokenBucketsView fresh = this.tokenBuckets.tokenBuckets();
		long end = this.nanoTime.getAsLong();
		// One look that a busy machine held up says nothing of the next.
		this.freshUntil = end + REST * Math.min(this.cost, end - begin);
		this.cost = end - begin;
		this.last = fresh;
		return fresh;
	}

}
