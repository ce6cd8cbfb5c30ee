package io.openclaw.tokenbucket.resilience;

import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The drift in the windows of a limit's buckets: their sum, and the last of the bucket
 * that drifts most. Mutable, guarded by the monitor.
 */
final class LimitDrift {

	// Above what states may count, and far enough from the overflow of a sum.
	private static final long MOST = Long.MAX_VALUE / 4;

	private long excess;

	private double ratio;

	private BucketKey bucket;

	private long validUntil;

	LimitDrift(BucketKey bucket, long now) {
		this.bucket = bucket;
		this.validUntil = now;
	}

	void add(BucketKey of, long newExcess, double newRatio, long sinceNanos, long now) {
		this.excess = Math.min(MOST, this.excess + Math.min(MOST, newExcess));
		if (newRatio >= ratio(now) || of.equals(this.bucket)) {
			this.ratio = newRatio;
			this.bucket = of;
			// By then the next window of the same bucket has ended, if any merge came.
			this.validUntil = now + 2 * (now - sinceNanos);
		}
	}

	long excess() {
		return this.excess;
	}

	double ratio(long now) {
		return (this.validUntil - now > 0) ? this.ratio : 0;
	}

}
