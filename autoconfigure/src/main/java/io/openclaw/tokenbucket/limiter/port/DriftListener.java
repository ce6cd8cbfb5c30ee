package io.openclaw.tokenbucket.limiter.port;

import io.openclaw.tokenbucket.crdt.Limit;

/**
 * Receives the spending from a bucket beyond the rules. Called on the thread that merges,
 * with the bucket locked. Implementations must return at once, and must not call the
 * limiter, except from {@link #onTick}.
 */
public interface DriftListener {

	/** Ignores everything. */
	DriftListener NONE = new DriftListener() {

		@Override
		public void onWindow(BucketKey bucket, Limit limit, long excess, long sinceNanos, long now) {
		}

		@Override
		public void onTick(long now) {
		}

	};

	/**
	 * A window of merges has ended. The windows of a bucket follow each other without a
	 * gap, unless the members change.
	 * @param bucket the bucket
	 * @param limit its limit
	 * @param excess micro-tokens that the heard members spent beyond the level and the
	 * refill; zero if none
	 * @param sinceNanos when the window began, in nanoseconds of the limiter's clock
	 * @param now when it ended
	 */
	void onWindow(BucketKey bucket, Limit limit, long excess, long sinceNanos, long now);

	/**
	 * A sync interval has ended. No lock is held.
	 * @param now the current time in nanoseconds
	 */
	void onTick(long now);

}
