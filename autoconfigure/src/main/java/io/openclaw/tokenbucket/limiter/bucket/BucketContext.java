package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership.Numbered;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * What the buckets of a limit go by beside their own state. It is replaced as a whole.
 * Immutable.
 *
 * @param members the members
 * @param active the limit, as this member follows it
 * @param syncIntervalNanos how often members exchange state
 * @param fallback what may be spent of the limit in fallback; {@code null} while it is
 * not in it
 * @param recoveries how often the limit left fallback
 */
public record BucketContext(Numbered members, ActiveLimit active, long syncIntervalNanos,
		@Nullable FallbackQuota fallback, int recoveries) {

	public MembershipView view() {
		return this.members.view();
	}

	public LimitPolicy policy() {
		return this.active.policy();
	}

	BucketContext with(Numbered newMembers) {
		return new BucketContext(newMembers, this.active, this.syncIntervalNanos, this.fallback, this.recoveries);
	}

	BucketContext with(ActiveLimit newActive) {
		return new BucketContext(this.members, newActive, this.syncIntervalNanos, this.fallback, this.recoveries);
	}

	BucketContext withSyncInterval(long nanos) {
		return new BucketContext(this.members, this.active, nanos, this.fallback, this.recoveries);
	}

	BucketContext inFallback(FallbackQuota quota) {
		return new BucketContext(this.members, this.active, this.syncIntervalNanos, quota, this.recoveries);
	}

	BucketContext recovered() {
		return new BucketContext(this.members, this.active, this.syncIntervalNanos, null, this.recoveries + 1);
	}

}
