package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.port.MergeListener;
import io.openclaw.tokenbucket.limiter.port.ReplicationSignal;
import io.openclaw.tokenbucket.limiter.port.SpendingListener;

/**
 * The buckets with which something is to be done, and who hears of it at once. A bucket
 * enters itself with its lock held, and nothing is done about it here. Thread-safe.
 *
 * @param <B> the {@link Bucket}; a parameter so that it can know its queues without a
 * circle
 */
public final class BucketQueues<B> {

	private final Queue<B> touched = new ConcurrentLinkedQueue<>();

	private final Queue<B> dirty = new ConcurrentLinkedQueue<>();

	private final Set<B> unacknowledged = ConcurrentHashMap.newKeySet();

	private final Set<B> lines = ConcurrentHashMap.newKeySet();

	private volatile ReplicationSignal signal = ReplicationSignal.NONE;

	private volatile DriftListener drift = DriftListener.NONE;

	private volatile MergeListener merges = MergeListener.NONE;

	private volatile SpendingListener spending = SpendingListener.NONE;

	public Queue<B> touched() {
		return this.touched;
	}

	public Queue<B> dirty() {
		return this.dirty;
	}

	/**
	 * Those with spending that not all heard members have acknowledged.
	 */
	public Set<B> unacknowledged() {
		return this.unacknowledged;
	}

	public Set<B> lines() {
		return this.lines;
	}

	public ReplicationSignal signal() {
		return this.signal;
	}

	public void signalTo(ReplicationSignal newSignal) {
		this.signal = newSignal;
	}

	public DriftListener drift() {
		return this.drift;
	}

	public void reportDriftTo(DriftListener listener) {
		this.drift = listener;
	}

	MergeListener merges() {
		return this.merges;
	}

	public void reportMergesTo(MergeListener listener) {
		this.merges = listener;
	}

	SpendingListener spending() {
		return this.spending;
	}

	public void reportSpendingTo(SpendingListener listener) {
		this.spending = listener;
	}

}
