package io.openclaw.tokenbucket.limiter;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The buckets with which something is to be done, and who hears of it at once. A bucket
 * enters itself with its lock held, and nothing is done about it here. Thread-safe.
 *
 * @param <B> the bucket type
 */
final class BucketQueues<B> {

	private final Queue<B> touched = new ConcurrentLinkedQueue<>();

	private final Queue<B> dirty = new ConcurrentLinkedQueue<>();

	private final Set<B> unacknowledged = ConcurrentHashMap.newKeySet();

	private final AtomicInteger waiting = new AtomicInteger();

	private volatile ReplicationSignal signal = ReplicationSignal.NONE;

	private volatile DriftListener drift = DriftListener.NONE;

	/**
	 * The bucket is used for the first time since its last tick.
	 */
	void addTouched(B bucket) {
		this.touched.add(bucket);
	}

	/**
	 * The buckets that were touched until now.
	 */
	int touched() {
		return this.touched.size();
	}

	B takeTouched() {
		return this.touched.remove();
	}

	/**
	 * The bucket has something to publish for the first time since it last did.
	 */
	void addDirty(B bucket) {
		this.dirty.add(bucket);
	}

	@Nullable B takeDirty() {
		return this.dirty.poll();
	}

	boolean hasDirty() {
		return !this.dirty.isEmpty();
	}

	/**
	 * The bucket has spending that not all heard members have acknowledged.
	 */
	void addUnacknowledged(B bucket) {
		this.unacknowledged.add(bucket);
	}

	void removeUnacknowledged(B bucket) {
		this.unacknowledged.remove(bucket);
	}

	Iterable<B> unacknowledged() {
		return this.unacknowledged;
	}

	/**
	 * More or fewer requests wait.
	 */
	void addWaiting(int more) {
		this.waiting.addAndGet(more);
	}

	boolean hasWaiting() {
		return this.waiting.get() > 0;
	}

	ReplicationSignal signal() {
		return this.signal;
	}

	void signalTo(ReplicationSignal newSignal) {
		this.signal = newSignal;
	}

	DriftListener drift() {
		return this.drift;
	}

	void tellDrift(DriftListener listener) {
		this.drift = listener;
	}

}
