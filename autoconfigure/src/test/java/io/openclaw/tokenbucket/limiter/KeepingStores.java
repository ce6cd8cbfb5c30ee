package io.openclaw.tokenbucket.limiter;

import java.util.Collection;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

/**
 * Stores that never drop a bucket, to compare those with that do.
 */
public final class KeepingStores {

	private KeepingStores() {
	}

	public static BucketStore create(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings,
			NanoClock clock) {
		return new BucketStore(self, policies, settings, clock, 0);
	}

}
