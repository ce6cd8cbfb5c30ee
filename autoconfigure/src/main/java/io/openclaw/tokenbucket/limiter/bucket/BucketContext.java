package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * What the buckets of a limit go by beside their own state. It is replaced as a whole,
 * and each bucket follows when it sees another one than it saw last. Immutable.
 *
 * @param view the members
 * @param active the limit, as this member follows it
 * @param syncIntervalNanos how often members exchange state
 * @param fallback what may be spent of the limit in fallback; {@code null} while it is
 * not in it
 * @param recoveries how often the limit left fallback
 */
public record BucketContext(MembershipView view, ActiveLimit active, long syncIntervalNanos,
		@Nullable FallbackQuota fallback, int recoveries) {

	public LimitPolicy policy() {
		return this.active.policy();
	}

	BucketContext with(MembershipView newView) {
		return new BucketContext(newView, this.active, this.syncIntervalNanos, this.fallback, this.recoveries);
	}

	BucketContext with(ActiveLimit newActive) {
		return (newActive == this.active) ? this
				: new BucketContext(this.view, newActive, this.syncIntervalNanos, this.fallback, this.recoveries);
	}

	BucketContext withSyncInterval(long nanos) {
		return new BucketContext(this.view, this.active, nanos, this.fallback, this.recoveries);
	}

	BucketContext inFallback(FallbackQuota quota) {
		return new BucketContext(this.view, this.active, this.syncIntervalNanos, quota, this.recoveries);
	}

	BucketContext recovered() {
		return new BucketContext(this.view, this.active, this.syncIntervalNanos, null, this.recoveries + 1);
	}

}
