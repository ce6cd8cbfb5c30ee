package io.openclaw.tokenbucket.limiter;

import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.port.MergeListener;
import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.limiter.port.ReplicationSignal;
import io.openclaw.tokenbucket.limiter.port.SpendingListener;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;
import io.openclaw.tokenbucket.limiter.store.DroppedBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitChanges;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;
import io.openclaw.tokenbucket.limiter.store.Upkeep;

/**
 * The local replicas of all buckets, as replication sees them. Thread-safe, except that
 * {@link #membershipChanged}, {@link #tick}, {@link #publishNext} and
 * {@link #settleAlone} are for one replicating thread. Times are nanoseconds of the clock
 * of the limiter.
 */
public final class BucketStore {

	private static final int LAG_SAMPLE = 1_000;

	private final CurrentMembership members;

	private final BucketQueues<Bucket> queues = new BucketQueues<>();

	private final LimitRegistry limits;

	private final LimitChanges changes;

	private final AdaptiveLimits adaptive;

	private final UnsavedBuckets unsaved = new UnsavedBuckets();

	private final DroppedBuckets dropped = new DroppedBuckets();

	private final Upkeep upkeep;

	/**
	 * Creates an empty store whose member is alone.
	 * @param self this member
	 * @param policies the limits
	 * @param settings bounds and intervals
	 * @param clock the clock
	 */
	public BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock) {
		this(self, policies, settings, clock, Upkeep.SLICE);
	}

	/**
	 * Creates an empty store whose member is alone.
	 * @param sweptAtOnce how many buckets a tick looks at in order to drop those that are
	 * full and idle; with none, no bucket is ever dropped
	 */
	BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock,
			int sweptAtOnce) {
		long now = clock.nanoTime();
		this.members = new CurrentMembership(self, now);
		this.limits = new LimitRegistry(this.members, settings, this.queues);
		this.changes = new LimitChanges(this.limits, this.queues);
		this.adaptive = new AdaptiveLimits(this.limits, this.changes);
		this.upkeep = new Upkeep(this.limits, this.members, this.queues, this.unsaved, this.dropped, sweptAtOnce);
		policies.forEach((policy) -> this.limits.add(policy, now));
	}

	/**
	 * The limits.
	 * @return those configured here and those adopted from others
	 */
	public LimitRegistry limits() {
		return this.limits;
	}

	/**
	 * Changes by what the limits decide.
	 * @return what changes them from one request to the next
	 */
	public LimitChanges changes() {
		return this.changes;
	}

	/**
	 * The limits whose refill rates follow their upstreams.
	 * @return none unless configured
	 */
	public AdaptiveLimits adaptive() {
		return this.adaptive;
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
	 * This member.
	 * @return its id
	 */
	public MemberId self() {
		return this.members.self();
	}

	/**
	 * Sets who is told what the request path wants.
	 * @param replicationSignal replaces the one before
	 */
	public void signalTo(ReplicationSignal replicationSignal) {
		this.queues.signalTo(replicationSignal);
	}

	/**
	 * Sets who is told of spending beyond the rules.
	 * @param listener replaces the one before
	 */
	public void tellDrift(DriftListener listener) {
		this.queues.tellDrift(listener);
	}

	/**
	 * Sets who is told of merges that brought news.
	 * @param listener replaces the one before
	 */
	public void tellMerges(MergeListener listener) {
		this.queues.tellMerges(listener);
	}

	/**
	 * Sets who is told of everything that this member consumes.
	 * @param listener replaces the one before
	 */
	public void tellSpending(SpendingListener listener) {
		this.queues.tellSpending(listener);
	}

	/**
	 * The members as they are now, deadlines that have passed included.
	 * @param now the current time
	 * @return the view
	 */
	public MembershipView view(long now) {
		return this.members.asOf(now).view();
	}

	/**
	 * Takes over a new view of the members. If it says anything new, requests that wait
	 * are decided anew, and other buckets follow when they are used, or a few at each
	 * tick. A view of another id, of the same node and not counted yet, has this process
	 * go on under it: what it spent stays spent.
	 * @param newView the view
	 * @param now the current time
	 */
	public void membershipChanged(MembershipView newView, long now) {
		MembershipView before = this.members.asOf(now).view();
		boolean changed = !newView.agreesWith(before);
		if (changed) {
			// A loss that the requests of one limit noticed is not skipped by the others.
			this.changes.followMembers(now);
		}
		this.members.replace(newView);
		if (changed) {
			this.upkeep.membershipChanged(before, newView, now);
			this.changes.followMembers(now);
		}
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
	 * How many buckets are held.
	 * @return the number, not negative
	 */
	public int size() {
		return Math.toIntExact(this.limits.all().stream().mapToLong((limit) -> limit.table().count()).sum());
	}

	/**
	 * About how much memory all buckets take, from a sample of them.
	 * @return bytes, not negative
	 */
	public long estimatedBytes() {
		return this.limits.all().stream().mapToLong((limit) -> limit.table().estimatedBytes()).sum();
	}

	/**
	 * Counts what was spent as published and acknowledged, where nobody is there to do
	 * so.
	 * @param now the current time
	 */
	public void settleAlone(long now) {
		this.upkeep.settleAlone(now);
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
	 * Ends a sync interval: remembers the state of buckets that were touched, and drops
	 * some of those that are full. Some time after all are heard again, or another member
	 * is counted, every bucket is published: so all learn what each accrued in between.
	 * @param now the current time
	 */
	public void tick(long now) {
		this.upkeep.tick(now);
	}

	/**
	 * Ends the last sync interval, before what is unsaved is saved for the last time.
	 * Looks at every bucket that was touched: not for a member that still decides.
	 * @param now the current time
	 */
	public void finish(long now) {
		this.upkeep.finish(now);
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
	 * What was consumed of a bucket.
	 * @param key which bucket
	 * @param now the current time
	 * @return amounts by birth, {@code null} if the bucket is full or was dropped
	 */
	public @Nullable GCounter<Birth> consumedBelowFull(BucketKey key, long now) {
		return this.limits.bucket(key).map((bucket) -> bucket.consumedBelowFull(now)).orElse(null);
	}

	/**
	 * The age of the oldest spending that is not acknowledged by all heard members, among
	 * a thousand buckets at the most.
	 * @param now the current time
	 * @return nanoseconds, zero if there is none
	 */
	public long lag(long now) {
		return view(now).isAlone() ? 0
				: this.queues.unacknowledged()
					.stream()
					.limit(LAG_SAMPLE)
					.mapToLong((bucket) -> bucket.lag(now))
					.max()
					.orElse(0);
	}

	DroppedBuckets dropped() {
		return this.dropped;
	}

	ReplicationSignal signal() {
		return this.queues.signal();
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
