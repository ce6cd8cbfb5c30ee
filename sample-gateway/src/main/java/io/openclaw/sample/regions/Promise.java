package io.openclaw.sample.regions;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * What all regions together admitted of the bursts, beside the most that one bucket could
 * have admitted since the first of them. Thread-safe.
 */
final class Promise {

	private final LongSupplier nanoTime;

	private long admitted;

	private long rejected;

	private long begin;

	private boolean begun;

	Promise(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	synchronized void begin() {
		if (!this.begun) {
			this.begun = true;
			this.begin = this.nanoTime.getAsLong();
		}
	}

	synchronized void add(BurstLoad.Burst burst) {
		this.admitted += burst.admitted();
		this.rejected += burst.rejected();
	}

	synchronized Kept kept(Limit limit) {
		double seconds = this.begun ? (this.nanoTime.getAsLong() - this.begin) / (double) TimeUnit.SECONDS.toNanos(1)
				: 0;
		double budget = MicroTokens.toTokens(limit.capacity()) + limit.refillRate().tokensPerSecond() * seconds;
		return new Kept(this.admitted, this.rejected, (long) budget, seconds);
	}

	/**
	 * The promise at a moment. Immutable.
	 *
	 * @param admitted requests of bursts that were admitted, anywhere
	 * @param rejected requests of bursts that were rejected
	 * @param budget capacity, and refill since the first burst
	 * @param seconds since the first burst
	 */
	record Kept(long admitted, long rejected, long budget, double seconds) {
	}

}
