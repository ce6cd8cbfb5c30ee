package io.openclaw.tokenbucket.limiter.bucket;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;

/**
 * The decisions of one limit since start. Thread-safe.
 */
public final class LimitStatistics {

	private final LongAdder admitted = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder shadowRejected = new LongAdder();

	private final LongAdder overflowed = new LongAdder();

	private final LongAdder unsettled = new LongAdder();

	private final AtomicLong lowestLevel = new AtomicLong(Long.MAX_VALUE);

	public void count(Decision decision) {
		Outcome outcome = decision.outcome();
		if (outcome == Outcome.ADMITTED) {
			this.admitted.increment();
		}
		else if (outcome == Outcome.SHADOW_REJECTED) {
			this.shadowRejected.increment();
		}
		else {
			this.rejected.increment();
		}
	}

	/**
	 * A request fell to the bucket that keys beyond the bound share.
	 */
	public void countOverflow() {
		this.overflowed.increment();
	}

	/**
	 * A request took tokens in advance.
	 */
	public void countAdvance() {
		this.unsettled.increment();
	}

	/**
	 * A request was settled that had taken tokens in advance.
	 */
	public void countSettlement() {
		this.unsettled.decrement();
	}

	/**
	 * How many requests have taken tokens in advance and are not settled.
	 */
	public long unsettled() {
		return this.unsettled.sum();
	}

	void see(long level) {
		if (level < this.lowestLevel.get()) {
			this.lowestLevel.accumulateAndGet(level, Math::min);
		}
	}

	public long admitted() {
		return this.admitted.sum();
	}

	public long rejected() {
		return this.rejected.sum();
	}

	public long shadowRejected() {
		return this.shadowRejected.sum();
	}

	public long overflowed() {
		return this.overflowed.sum();
	}

	/**
	 * The lowest level that a request saw since this was called last.
	 * @return micro-tokens, {@link Long#MAX_VALUE} if there was no request
	 */
	public long drainLowestLevel() {
		return this.lowestLevel.getAndSet(Long.MAX_VALUE);
	}

}
