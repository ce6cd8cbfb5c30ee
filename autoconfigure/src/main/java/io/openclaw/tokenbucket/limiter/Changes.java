package io.openclaw.tokenbucket.limiter;

import io.openclaw.tokenbucket.crdt.Limit;

/**
 * Notes that something is to be done about a bucket, without doing it.
 */
interface Changes {

	/** What the bucket goes by now. Called for every request. */
	BucketContext context(long now);

	/** The bucket is used for the first time since its last tick. */
	void onTouched(Bucket bucket);

	/** The bucket has something to publish for the first time since it last did. */
	void onDirty(Bucket bucket);

	/** The bucket has spending that not all heard members have acknowledged. */
	void onUnacknowledged(Bucket bucket);

	/** All that was spent of the bucket is acknowledged. */
	void onAcknowledged(Bucket bucket);

	/** More or fewer requests wait. */
	void onWaiting(int more);

	/** The bucket is dropped. */
	void onDropped(Bucket bucket);

	/** A request saw this level. */
	void onLevel(long level);

	/** A window of merges has ended: {@link DriftListener#onWindow}. */
	void onWindow(BucketKey bucket, Limit limit, long excess, long sinceNanos, long now);

	/** A bucket has something to publish that is worth a batch of its own. */
	void onFlushWanted();

}
