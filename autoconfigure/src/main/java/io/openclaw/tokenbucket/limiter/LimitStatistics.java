package io.openclaw.tokenbucket.limiter;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the requests of one limit since start. Thread-safe.
 */
final class LimitStatistics {

	private final LongAdder admitted = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder shadowRejected = new LongAdder();

	private final LongAdder overflowed = new LongAdder();

	private final AtomicLong lowestLevel = new AtomicLong(Long.MAX_VALUE);

	void count(Decision decision) {
		switch (decision.outcome()) {
			case ADMITTED -> this.admitted.increment();
			case SHADOW_REJECTED -> this.shadowRejected.increment();
			default -> this.rejected.increment();
		}
	}

	/**
	 * A request fell to the bucket that keys beyond the bound share.
	 */
	void countOverflow() {
		this.overflowed.increment();
	}

	/**
	 * A request or a merge found this level.
	 */
	void see(long level) {
		if (level < this.lowestLevel.get()) {
			this.lowestLevel.accumulateAndGet(level, Math::min);
		}
	}

	long admitted() {
		return this.admitted.sum();
	}

	long rejected() {
		return this.rejected.sum();
	}

	long shadowRejected() {
		return this.shadowRejected.sum();
	}

	long overflowed() {
		return this.overflowed.sum();
	}

	/**
	 * The lowest level that a request saw since this was called last.
	 * @return micro-tokens, {@link Long#MAX_VALUE} if there was no request
	 */
	long drainLowestLevel() {
		return this.lowestLevel.getAndSet(Long.MAX_VALUE);
	}

}
