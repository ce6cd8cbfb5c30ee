package io.openclaw.tokenbucket.limiter.port;

import io.openclaw.tokenbucket.crdt.Birth;

/**
 * Receives all consumption of this member. Called on the thread that decides, with the
 * bucket locked. Implementations must return at once, and must not call the limiter.
 */
@FunctionalInterface
public interface SpendingListener {

	/** Ignores everything. */
	SpendingListener NONE = (bucket, birth, amount) -> {
	};

	/**
	 * Tokens were consumed, or given back.
	 * @param bucket the bucket
	 * @param birth the birth under which this member counts it
	 * @param amount micro-tokens consumed; negative if they were given back
	 */
	void onSpent(BucketKey bucket, Birth birth, long amount);

}
