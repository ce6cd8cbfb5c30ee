package io.openclaw.tokenbucket.limiter.port;

import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * Receives merges that brought news. Called on the thread that merges, with the bucket
 * locked. Implementations must return at once, and must not call the limiter.
 */
@FunctionalInterface
public interface MergeListener {

	/** Ignores everything. */
	MergeListener NONE = (bucket, before, remote, after) -> {
	};

	/**
	 * A peer's state was merged, and changed the state here.
	 * @param bucket the bucket
	 * @param before the state here
	 * @param remote the state of the peer
	 * @param after the state of both
	 */
	void onMerge(BucketKey bucket, TokenBucketState before, TokenBucketState remote, TokenBucketState after);

}
