package io.openclaw.tokenbucket.limiter;

import java.util.Collection;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The local replicas of all buckets.
 */
public final class BucketStore {

	public BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock) {
		throw new UnsupportedOperationException();
	}

}
