package io.openclaw.tokenbucket.limiter;

import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;
import io.openclaw.tokenbucket.limiter.store.Upkeep;

/**
 * The local replicas of all buckets by their names, as they are told to others, merged
 * and saved. Thread-safe, except that {@link #publishNext} and {@link #publishAllAgain}
 * are for one replicating thread. Times are nanoseconds of the clock of the limiter.
 */
public final class Replicas {

	private static final int LAG_SAMPLE = 1_000;

	private final LimitRegistry limits;

	private final CurrentMembership members;

	private final BucketQueues<Bucket> queues;

	private final Upkeep upkeep;

	private final UnsavedBuckets unsaved;

	Replicas(LimitRegistry limits, CurrentMembership members, BucketQueues<Bucket> queues, Upkeep upkeep,
			UnsavedBuckets unsaved) {
		this.limits = limits;
		this.members = members;
		this.queues = queues;
		this.upkeep = upkeep;
		this.unsaved = unsaved;
	}

	/**
	 * Whether a bucket of a peer is held here, or would be.
	 * @param key which bucket
	 * @return {@code false} if its limit is not known here, or there is no room
	 */
	public boolean holds(BucketKey key) {
		return this.limits.find(key.limit()).filter((limit) -> limit.table().holds(key)).isPresent();
	}

	/**
	 * Takes a bucket that has something to publish off the queue, and counts it as
	 * published.
	 * @param batch the number of the batch that carries it
	 * @param now the current time
	 * @return the bucket, empty if none is left
	 */
	public Optional<BucketUpdate> publishNext(long batch, long now) {
		Bucket bucket = this.queues.dirty().poll();
		if (bucket == null) {
			return Optional.empty();
		}
		return Optional.of(new BucketUpdate(bucket.key(), bucket.publish(batch, now)));
	}

	/**
	 * Whether any bucket has something to publish.
	 * @return whether {@link #publishNext} would return one
	 */
	public boolean hasDirty() {
		return !this.queues.dirty().isEmpty();
	}

	/**
	 * Whether any request waits for an acknowledgement.
	 * @return whether to hurry
	 */
	public boolean hasWaiting() {
		return !this.queues.lines().isEmpty();
	}

	/**
	 * The state of a bucket as it is.
	 * @param key which bucket
	 * @param now the current time
	 * @return the bucket, empty if it was dropped
	 */
	public Optional<BucketUpdate> snapshot(BucketKey key, long now) {
		return this.limits.bucket(key).map((bucket) -> new BucketUpdate(key, bucket.snapshot(now)));
	}

	/**
	 * The state of a bucket that a fresh one would not equal.
	 * @param key which bucket
	 * @param now the current time
	 * @return the bucket, empty if it is full or was dropped
	 */
	public Optional<BucketUpdate> snapshotUnlessFull(BucketKey key, long now) {
		return this.limits.bucket(key)
			.map((bucket) -> bucket.snapshotUnlessFull(now))
			.map((state) -> new BucketUpdate(key, state));
	}

	/**
	 * How many entries a bucket may have now. Cheaper than {@link #snapshot}.
	 * @param key which bucket
	 * @return the number, zero if it was dropped
	 */
	public int entries(BucketKey key) {
		return this.limits.bucket(key).map(Bucket::entries).orElse(0);
	}

	/**
	 * Has every bucket that this member spent from published again: many at once, the
	 * others at the ticks that follow.
	 */
	public void publishAllAgain() {
		this.upkeep.publishAllAgain();
	}

	/**
	 * Merges what a peer sent.
	 * @param update the bucket
	 * @param now the current time
	 * @return what became of it
	 */
	public MergeResult merge(BucketUpdate update, long now) {
		Optional<Bucket> bucket = this.limits.find(update.key().limit())
			.flatMap((buckets) -> buckets.table().bucket(update.key(), initialOf(update, buckets), now));
		if (bucket.isEmpty()) {
			return MergeResult.MERGED;
		}
		MergeResult result = bucket.get().merge(update.state(), now);
		Line.serve(bucket.get(), now);
		return result;
	}

	/**
	 * Merges what was saved of a bucket. One that is new here accrues nothing for the
	 * time before: that is in its state already.
	 * @param update the bucket
	 * @param now the current time
	 * @return what became of it
	 */
	public MergeResult restore(BucketUpdate update, long now) {
		return restore(update, (bucket) -> bucket.restore(update.state(), now), now);
	}

	/**
	 * Merges what was saved of a bucket, and has all members told of it.
	 * @param update the bucket
	 * @param now the current time
	 * @return what became of it
	 */
	public MergeResult restoreForAll(BucketUpdate update, long now) {
		return restore(update, (bucket) -> bucket.restoreForAll(update.state(), now), now);
	}

	/**
	 * The buckets that changed and were not saved.
	 * @return what records them
	 */
	public UnsavedBuckets unsaved() {
		return this.unsaved;
	}

	/**
	 * All heard members have acknowledged.
	 * @param key a bucket
	 * @param batch up to which batch
	 * @param now the current time
	 */
	public void acknowledge(BucketKey key, long batch, long now) {
		this.limits.bucket(key).ifPresent((bucket) -> {
			bucket.acknowledge(batch, now);
			Line.serve(bucket, now);
		});
	}

	/**
	 * The names of all buckets, one after the other, while they change.
	 * @return an iterator for one thread
	 */
	public Iterator<BucketKey> keys() {
		Iterator<Bucket> buckets = this.limits.buckets();
		return new Iterator<>() {

			@Override
			public boolean hasNext() {
				return buckets.hasNext();
			}

			@Override
			public BucketKey next() {
				return buckets.next().key();
			}

		};
	}

	/**
	 * Passes what was consumed of a bucket, unless it is full or was dropped.
	 * @param key which bucket
	 * @param now the current time
	 * @param each receives the amount under each birth, and asks nothing of a bucket
	 */
	public void consumedBelowFull(BucketKey key, long now, ObjLongConsumer<Birth> each) {
		this.limits.bucket(key).ifPresent((bucket) -> bucket.consumedBelowFull(now, each));
	}

	/**
	 * The age of the oldest spending that is not acknowledged by all heard members, among
	 * a thousand buckets at the most.
	 * @param now the current time
	 * @return nanoseconds, zero if there is none
	 */
	public long lag(long now) {
		return this.members.asOf(now).view().isAlone() ? 0
				: this.queues.unacknowledged()
					.stream()
					.limit(LAG_SAMPLE)
					.mapToLong((bucket) -> bucket.lag(now))
					.max()
					.orElse(0);
	}

	// Operators import on threads of their own: the replicating one may drop the bucket
	// before anything is merged into it.
	private MergeResult restore(BucketUpdate update, Function<Bucket, MergeResult> merge, long now) {
		Optional<Bucket> bucket = restored(update, now);
		MergeResult result = bucket.map(merge).orElse(MergeResult.MERGED);
		while (bucket.isPresent() && bucket.get().isDropped()) {
			this.limits.forget(bucket.get());
			bucket = restored(update, now);
			result = bucket.map(merge).orElse(MergeResult.MERGED);
		}
		return result;
	}

	private Optional<Bucket> restored(BucketUpdate update, long now) {
		return this.limits.find(update.key().limit())
			.flatMap((buckets) -> buckets.table().restored(update.key(), initialOf(update, buckets), now));
	}

	private static long initialOf(BucketUpdate update, LimitBuckets buckets) {
		return buckets.policy().limit().initialOf(update.state());
	}

}
