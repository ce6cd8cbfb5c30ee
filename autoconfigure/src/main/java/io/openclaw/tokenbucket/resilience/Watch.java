package io.openclaw.tokenbucket.resilience;

import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * One bucket that exceeds the threshold, or did. Mutable, guarded by the monitor.
 */
final class Watch {

	private final String limit;

	private final double threshold;

	private final long holdNanos;

	// Where little arrives a window may be long, and its length says nothing.
	private final long longestWindowNanos;

	private long overNanos;

	private long loudAt;

	private boolean drifting;

	Watch(BucketKey bucket, FallbackPolicy policy) {
		this.limit = bucket.limit();
		this.threshold = policy.driftThreshold(this.limit);
		this.holdNanos = Math.max(1, policy.hold(this.limit).toNanos());
		this.longestWindowNanos = Math.max(1, this.holdNanos / 2);
	}

	String limit() {
		return this.limit;
	}

	/**
	 * Whether its drift has stayed above the threshold for longer than the hold time, and
	 * not yet below half of it for as long.
	 */
	boolean isDrifting() {
		return this.drifting;
	}

	/**
	 * A window ended.
	 * @param windowNanos how long it was
	 * @return whether to go on watching
	 */
	boolean follow(double ratio, long windowNanos, long now) {
		if (!this.drifting && ratio <= this.threshold) {
			return false;
		}
		if (ratio >= this.threshold / 2) {
			this.loudAt = now;
		}
		this.overNanos += Math.min(windowNanos, this.longestWindowNanos);
		this.drifting |= this.overNanos > this.holdNanos;
		return true;
	}

	/**
	 * Whether nothing was heard of it for so long that it is no longer to be watched.
	 */
	boolean isQuiet(long now) {
		return now - this.loudAt >= this.holdNanos && (this.drifting || now - this.loudAt >= DriftMonitor.FORGET_NANOS);
	}

}
