package io.openclaw.tokenbucket.observability.endpoint;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.Rejections.Rejection;

/**
 * The knowledge of one member about one caller under one limit. Immutable.
 *
 * @param place where the bucket would be
 * @param policy the limit that counts
 * @param bucket the bucket; {@code null} if none is held
 * @param sinceDropped how long ago it was dropped, since it was full; {@code null} if it
 * was not lately
 * @param rejection the last rejection; {@code null} if none is remembered
 * @param fallback whether the limit is in fallback
 * @param cost what the next request costs, in tokens
 */
record CallerCase(CallerPlace place, LimitPolicy policy, @Nullable BucketStatus bucket, @Nullable Duration sinceDropped,
		@Nullable Rejection rejection, boolean fallback, long cost) {

	boolean isKnown() {
		return this.bucket != null || this.sinceDropped != null || this.rejection != null;
	}

	Verdict verdict() {
		if (this.rejection != null && this.rejection.reason() == Reason.COST_ABOVE_CAPACITY) {
			return Verdict.COST_ABOVE_CAPACITY;
		}
		return (this.bucket != null) ? verdictOf(this.bucket) : (isKnown() ? Verdict.FULL : Verdict.UNKNOWN);
	}

	/**
	 * How long until the bucket has tokens for the next request, if nobody else spends.
	 * @return zero where no bucket is held
	 */
	Duration timeToAdmit() {
		long missing = (this.bucket != null) ? MicroTokens.ofTokens(this.cost) - this.bucket.spendable() : 0;
		return Duration.ofNanos(this.policy.limit().refillRate().nanosToAccrue(Math.max(0, missing)));
	}

	private Verdict verdictOf(BucketStatus held) {
		long needed = MicroTokens.ofTokens(this.cost);
		if (held.spendable() >= needed) {
			return Verdict.ADMITS;
		}
		if (this.fallback) {
			return Verdict.FALLBACK;
		}
		return (held.level() >= needed) ? Verdict.REDUCED_CAPACITY : Verdict.EXHAUSTED;
	}

}
