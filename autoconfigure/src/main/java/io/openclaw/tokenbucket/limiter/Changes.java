package io.openclaw.tokenbucket.limiter;

/**
 * Notes that something is to be done about a bucket, without doing it.
 */
interface Changes {

	/** The limit as it is now. Called for every request. */
	LimitPolicy policy();

	/** The bucket is used for the first time since its last tick. */
	void onTouched(Bucket bucket);

	/** The bucket has something to publish for the first time since it last did. */
	void onDirty(Bucket bucket);

	/** More or fewer requests wait. */
	void onWaiting(int more);

	/** The bucket is dropped. */
	void onDropped(Bucket bucket);

	/** A request saw this level. */
	void onLevel(long level);

	/** A bucket has something to publish that is worth a batch of its own. */
	void onFlushWanted();

}
