package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.port.ReplicationSignal;
import io.openclaw.tokenbucket.limiter.port.SpendingListener;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;
import io.openclaw.tokenbucket.limiter.store.DroppedBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;
import io.openclaw.tokenbucket.limiter.store.Upkeep;

/**
 * The local replicas of all buckets, as replication sees them. Thread-safe, except that
 * {@link #membershipChanged}, {@link #tick}, {@link #publishNext} and
 * {@link #settleAlone} are for one replicating thread. Times are nanoseconds of the clock
 * of the limiter.
 */
public final class BucketStore {

	private final CurrentMembership members;

	private final BucketQueues<Bucket> queues = new BucketQueues<>();

	private final LimitRegistry limits;

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
		this.upkeep = new Upkeep(this.limits, this.members, this.queues, this.unsaved, this.dropped, sweptAtOnce);
		policies.forEach((policy) -> add(policy, now));
	}

	/**
	 * Makes a limit usable as it is configured, unless there is one of its name. That one
	 * stays as it is with its buckets, and one that was adopted is usable from now on.
	 * @param policy the limit
	 * @param now the current time
	 */
	public void add(LimitPolicy policy, long now) {
		this.limits.add(policy, now);
	}

	/**
	 * Holds the buckets of a limit that only others are configured with, so that what
	 * they spend is known here once this member is configured with it too. Requests
	 * cannot use it before.
	 * @param definition as others follow it
	 * @param now the current time
	 * @return whether a limit of its name is known now; {@code false} where there are too
	 * many
	 */
	public boolean adopt(LimitDefinition definition, long now) {
		return this.limits.adopt(definition, now);
	}

	/**
	 * The limits that were adopted, and that this member is not configured with.
	 * @return names
	 */
	public Set<String> adopted() {
		return this.limits.adopted();
	}

	/**
	 * Forgets adopted limits that hold no bucket, so that nothing is lost.
	 * @param isNeeded whether somebody is configured with a limit, by its name
	 */
	public void forgetAdopted(Predicate<String> isNeeded) {
		this.limits.forgetAdopted(isNeeded);
	}

	/**
	 * Whether a bucket of a peer is held here, or would be.
	 * @param key which bucket
	 * @return {@code false} if its limit is not known here, or there is no room
	 */
	public boolean holds(BucketKey key) {
		return this.limits.find(key.limit()).filter((limit) -> limit.holds(key)).isPresent();
	}

	/**
	 * Changes how often members exchange state, as far as buckets depend on it.
	 * @param newInterval the interval, positive
	 */
	public void changeSyncInterval(Duration newInterval) {
		this.limits.changeSyncInterval(newInterval.toNanos());
	}

	/**
	 * What the fleet must agree on about each limit, as this member follows it.
	 * @return definitions by the name of the limit
	 */
	public Map<String, LimitDefinition> definitions() {
		Map<String, LimitDefinition> definitions = new LinkedHashMap<>();
		this.limits.byName().forEach((name, limit) -> definitions.put(name, limit.context().active().definition()));
		return definitions;
	}

	/**
	 * What this member is configured with, whatever it follows.
	 * @return definitions by the name of the limit
	 */
	public Map<String, LimitDefinition> configured() {
		Map<String, LimitDefinition> configured = new LinkedHashMap<>();
		this.limits.byName().forEach((name, limit) -> {
			LimitDefinition definition = limit.context().configured();
			if (definition != null) {
				configured.put(name, definition);
			}
		});
		return configured;
	}

	/**
	 * Follows another definition of a limit from now on, in every bucket: requests that
	 * wait are decided anew.
	 * @param limit the name of the limit, possibly one unknown here
	 * @param next makes the definition from the one that holds; may be called several
	 * times
	 * @param source where it comes from
	 * @param now the current time
	 * @return what changed; empty if nothing that decides
	 */
	public Optional<LimitChange> follow(String limit, UnaryOperator<LimitDefinition> next, LimitSource source,
			long now) {
		Optional<LimitChange> change = this.limits.find(limit).flatMap((buckets) -> buckets.follow(next, source, now));
		if (change.isPresent() && !source.isLearned()) {
			this.queues.signal().limitChanged(limit);
		}
		return change;
	}

	/**
	 * This member.
	 * @return its id
	 */
	public MemberId self() {
		return this.members.self();
	}

	/**
	 * Goes on under another id, since peers ignore the one that this process has. What it
	 * spent stays spent.
	 * @param joining the view of a process of the id, which is of the same node and not
	 * counted yet
	 * @param now the current time
	 */
	public void become(MembershipView joining, long now) {
		membershipChanged(joining, now);
		this.limits.renewBirths(now);
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
	 * Sets who is told of everything that this member consumes.
	 * @param listener replaces the one before
	 */
	public void tellSpending(SpendingListener listener) {
		this.queues.tellSpending(listener);
	}

	/**
	 * Has this member spend no more of a limit than its part, by its own count.
	 * @param limit the name of the limit; one that is unknown is ignored
	 * @param quota the part
	 */
	public void fallBack(String limit, FallbackQuota quota) {
		this.limits.find(limit).ifPresent((buckets) -> buckets.context().fallBack(quota));
	}

	/**
	 * Has this member go by the replicated state again, and write off what others
	 * overspent.
	 * @param limit the name of the limit; one that is unknown is ignored
	 * @param now the current time
	 */
	public void recover(String limit, long now) {
		this.limits.find(limit).ifPresent((buckets) -> {
			buckets.context().recover();
			buckets.refresh(now);
		});
	}

	/**
	 * The members as they are now, deadlines that have passed included.
	 * @param now the current time
	 * @return the view
	 */
	public MembershipView view(long now) {
		return this.members.view(now);
	}

	/**
	 * Takes over a new view of the members, in every bucket if it says anything new.
	 * @param newView the view
	 * @param now the current time
	 */
	public void membershipChanged(MembershipView newView, long now) {
		MembershipView before = this.members.replace(newView);
		if (!newView.agreesWith(before)) {
			this.upkeep.membershipChanged(before, newView, now);
			this.limits.all().forEach((buckets) -> buckets.refresh(now));
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
		return this.queues.waiting().get() > 0;
	}

	/**
	 * How many buckets are held.
	 * @return the number, not negative
	 */
	public int size() {
		return Math.toIntExact(this.limits.all().stream().mapToLong(LimitBuckets::count).sum());
	}

	/**
	 * About how much memory all buckets take, from a sample of them.
	 * @return bytes, not negative
	 */
	public long estimatedBytes() {
		return this.limits.all().stream().mapToLong(LimitBuckets::estimatedBytes).sum();
	}

	/**
	 * Counts everything as published and acknowledged, where nobody is there to do so.
	 * @param now the current time
	 */
	public void settleAlone(long now) {
		for (Bucket bucket = this.queues.dirty().poll(); bucket != null; bucket = this.queues.dirty().poll()) {
			bucket.publish(Long.MAX_VALUE, now);
			bucket.acknowledge(Long.MAX_VALUE, now);
		}
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
	 * Passes the names of all buckets.
	 * @param action receives each
	 */
	public void forEachKey(Consumer<BucketKey> action) {
		this.limits.buckets().forEachRemaining((bucket) -> action.accept(bucket.key()));
	}

	/**
	 * Passes the names of all buckets with the number of entries that each may have now.
	 * Cheaper than {@link #snapshot} of each.
	 * @param action receives each
	 */
	public void forEachSize(ObjIntConsumer<BucketKey> action) {
		this.limits.buckets().forEachRemaining((bucket) -> action.accept(bucket.key(), bucket.entries()));
	}

	/**
	 * Has every bucket that this member spent from published again.
	 */
	public void publishAllAgain() {
		this.limits.buckets().forEachRemaining(Bucket::publishAgain);
	}

	/**
	 * Merges what a peer sent.
	 * @param update the bucket
	 * @param now the current time
	 * @return whether it was acceptable; {@code true} as well for buckets that are not
	 * held here
	 */
	public boolean merge(BucketUpdate update, long now) {
		Optional<Bucket> bucket = this.limits.find(update.key().limit())
			.flatMap((buckets) -> buckets.bucket(update.key(), initialOf(update, buckets), now));
		if (bucket.isEmpty()) {
			return true;
		}
		boolean accepted = bucket.get().merge(update.state(), now);
		Line.serve(bucket.get(), now);
		return accepted;
	}

	/**
	 * Merges what was saved of a bucket. One that is new here accrues nothing for the
	 * time before: that is in its state already.
	 * @param update the bucket
	 * @param now the current time
	 * @return whether it was acceptable; {@code true} as well for buckets that are not
	 * held here
	 */
	public boolean restore(BucketUpdate update, long now) {
		return restore(update, (bucket) -> bucket.restore(update.state(), now), now);
	}

	/**
	 * Merges what was saved of a bucket, and has all members told of it.
	 * @param update the bucket
	 * @param now the current time
	 * @return whether it was acceptable; {@code true} as well for buckets that are not
	 * held here
	 */
	public boolean restoreForAll(BucketUpdate update, long now) {
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
	 * A limit.
	 * @param name its name
	 * @return the limit, empty if it is unknown here
	 */
	public Optional<Limit> limit(String name) {
		return this.limits.find(name).map((buckets) -> buckets.policy().limit());
	}

	/**
	 * The longest that any bucket takes to fill up.
	 * @return the time from empty to full, of the limit that takes longest
	 */
	public Duration longestTimeToFull() {
		return Duration.ofNanos(this.limits.all()
			.stream()
			.map((buckets) -> buckets.policy().limit())
			.mapToLong((limit) -> limit.refillRate().nanosToAccrue(limit.capacity()))
			.max()
			.orElse(0));
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
	 * How long each limit has been active.
	 * @param now the current time
	 * @return nanoseconds by the name of the limit
	 */
	public Map<String, Long> ages(long now) {
		Map<String, Long> ages = new LinkedHashMap<>();
		this.limits.byName().forEach((name, limit) -> ages.put(name, limit.context().active().age(now)));
		return ages;
	}

	/**
	 * Learns how long a limit has been active elsewhere; the longest counts.
	 * @param limit the name of the limit, possibly one unknown here
	 * @param age nanoseconds
	 * @param now the current time
	 */
	public void learnAge(String limit, long age, long now) {
		this.limits.find(limit).ifPresent((buckets) -> buckets.context().learnAge(age, now));
	}

	/**
	 * Takes over from a fleet that this member joins how long a definition has been
	 * active there: this member did not see what became of buckets before.
	 * @param limit the name of the limit, possibly one unknown here
	 * @param definition nothing happens unless this member follows just it
	 * @param age nanoseconds
	 * @param now the current time
	 */
	public void restart(String limit, LimitDefinition definition, long age, long now) {
		this.limits.find(limit).ifPresent((buckets) -> buckets.context().restart(definition, age, now));
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
	 * The age of the oldest spending that is not acknowledged by all heard members.
	 * @param now the current time
	 * @return nanoseconds, zero if there is none
	 */
	public long lag(long now) {
		if (view(now).isAlone()) {
			return 0;
		}
		long lag = 0;
		for (Bucket bucket : this.queues.unacknowledged()) {
			lag = Math.max(lag, bucket.lag(now));
		}
		return lag;
	}

	LimitRegistry limits() {
		return this.limits;
	}

	DroppedBuckets dropped() {
		return this.dropped;
	}

	ReplicationSignal signal() {
		return this.queues.signal();
	}

	// Operators import on threads of their own: the replicating one may drop the bucket
	// before anything is merged into it.
	private boolean restore(BucketUpdate update, Predicate<Bucket> merge, long now) {
		Bucket bucket = restored(update, now).orElse(null);
		boolean accepted = bucket == null || merge.test(bucket);
		while (bucket != null && bucket.isDropped()) {
			this.limits.forget(bucket);
			bucket = restored(update, now).orElse(null);
			accepted = bucket == null || merge.test(bucket);
		}
		return accepted;
	}

	private Optional<Bucket> restored(BucketUpdate update, long now) {
		return this.limits.find(update.key().limit())
			.flatMap((buckets) -> buckets.restored(update.key(), initialOf(update, buckets), now));
	}

	private static long initialOf(BucketUpdate update, LimitBuckets buckets) {
		return buckets.policy().limit().initialOf(update.state());
	}

}
