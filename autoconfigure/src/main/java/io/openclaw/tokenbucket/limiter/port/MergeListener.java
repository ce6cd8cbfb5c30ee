package io.openclaw.tokenbucket.limiter.port;

import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * Is told of merges that brought news. Called on the thread that merges, with the bucket
 * locked: must return at once and ask nothing of the limiter.
 */
@FunctionalInterface
public interface MergeListener {

	/** Ignores everything. */
	MergeListener NONE = (bucket, before, remote, after) -> {
	};

	/**
	 * What a peer sent was merged, and the state is another one now.
	 * @param bucket the bucket
	 * @param before the state here
	 * @param remote the state of the peer
	 * @param after the state of both
	 */
	void onMerge(BucketKey bucket, TokenBucketState before, TokenBucketState remote, TokenBucketState after);

}
