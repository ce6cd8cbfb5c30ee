package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The changes of a bucket since it was last used, ticked and published. It enters its
 * bucket into the queues, once each. Mutable, confined to its bucket.
 *
 * @param <B> the bucket type
 */
final class Activity<B> {

	private final B bucket;

	private final BucketKey key;

	private final BucketQueues<B> queues;

	private long usedAt;

	private boolean touched;

	private boolean dirty;

	private boolean flushAsked;

	private boolean dropped;

	// As of the last tick.
	private TokenBucketState seen = TokenBucketState.empty();

	Activity(B bucket, BucketKey key, BucketQueues<B> queues, long now) {
		this.bucket = bucket;
		this.key = key;
		this.queues = queues;
		this.usedAt = now;
	}

	void use(long now) {
		this.usedAt = now;
	}

	boolean isIdle(long idleNanos, long now) {
		return !this.touched && now - this.usedAt >= idleNanos;
	}

	void touch() {
		if (!this.touched) {
			this.touched = true;
			this.queues.touched().add(this.bucket);
		}
	}

	void markDirty() {
		if (!this.dirty) {
			this.dirty = true;
			this.queues.dirty().add(this.bucket);
		}
	}

	boolean isDirty() {
		return this.dirty;
	}

	/**
	 * The bucket has something to publish that is worth a batch of its own.
	 */
	void flush() {
		if (!this.flushAsked) {
			this.flushAsked = true;
			this.queues.signal().flushWanted();
		}
	}

	void publish() {
		this.dirty = false;
		this.flushAsked = false;
	}

	/**
	 * This member consumed of the bucket, or gave back a negative amount.
	 */
	void consume(Birth birth, long amount) {
		this.queues.spending().onSpent(this.key, birth, amount);
	}

	/**
	 * The bucket has spending that not all heard members have acknowledged.
	 */
	void spend() {
		this.queues.unacknowledged().add(this.bucket);
	}

	void settle() {
		this.queues.unacknowledged().remove(this.bucket);
	}

	void openLine() {
		this.queues.lines().add(this.bucket);
	}

	void closeLine() {
		this.queues.lines().remove(this.bucket);
	}

	/**
	 * Ends an interval in which the bucket was touched.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	boolean tick(TokenBucketState state) {
		TokenBucketState before = this.seen;
		this.seen = state;
		this.touched = false;
		return state.consumed() != before.consumed() || state.returned() != before.returned();
	}

	/**
	 * Whether nothing was spent or given back since the last tick.
	 */
	boolean hasSeenAll(TokenBucketState state) {
		return hasSeen(state) && state.returned() == this.seen.returned();
	}

	boolean hasSeen(TokenBucketState state) {
		return state.consumed() == this.seen.consumed();
	}

	/**
	 * What is here now need not be saved again.
	 */
	void see(TokenBucketState state) {
		this.seen = state;
	}

	void drop() {
		this.dropped = true;
	}

	boolean isDropped() {
		return this.dropped;
	}

}
