package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The changes of a bucket since it was last used, ticked and published. It enters its
 * bucket into the queues, once each. Mutable, confined to its bucket.
 *
 * @param <B> that of the queues
 */
final class Activity<B extends Line> {

	private final B bucket;

	private final BucketQueues<B> queues;

	private long usedAt;

	private boolean touched;

	private boolean dirty;

	private boolean flushAsked;

	private boolean dropped;

	Activity(B bucket, BucketQueues<B> queues, long now) {
		this.bucket = bucket;
		this.queues = queues;
		this.usedAt = now;
	}

	BucketKey key() {
		return this.bucket.key();
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
		this.queues.spending().onSpent(key(), birth, amount);
	}

	/**
	 * The bucket has spending that not all heard members have acknowledged.
	 */
	void spend() {
		this.queues.unacknowledged().add(this.bucket);
	}

	void acknowledge() {
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
	 */
	void tick() {
		this.touched = false;
	}

	void drop() {
		this.dropped = true;
	}

	boolean isDropped() {
		return this.dropped;
	}

}
