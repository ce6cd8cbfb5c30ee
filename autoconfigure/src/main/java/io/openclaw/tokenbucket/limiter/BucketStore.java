package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * The local replicas of all buckets, as replication sees them. Thread-safe, except that
 * {@link #membershipChanged}, {@link #tick}, {@link #publishNext} and
 * {@link #settleAlone} are for one replicating thread. Times are nanoseconds of the clock
 * of the limiter.
 */
public final class BucketStore {

	// Snapshots may be asked for as far back as a member may be silent and still count as
	// heard, which is at most three seconds.
	private static final long LONGEST_BOUND_NANOS = 3_000_000_000L;

	private static final int REUNION_INTERVALS = 3;

	private static final int SWEPT_AT_ONCE = 20_000;

	// Of others, whose configurations differ from that of this member.
	private static final int MOST_ADOPTED = 1_000;

	// As much memory as a bucket: whoever invents keys may invent long ones.
	private static final int CHARACTERS_A_PLACE = 1_000;

	private final int sweptAtOnce;

	private final MemberId self;

	private volatile LimiterSettings settings;

	private volatile Map<String, LimitBuckets> limits;

	private volatile Set<String> adopted = Set.of();

	private final AtomicReference<MembershipView> view;

	private final AtomicInteger places = new AtomicInteger();

	private final AtomicInteger waiting = new AtomicInteger();

	private final AtomicLong births = new AtomicLong();

	private final Queue<Bucket> touched = new ConcurrentLinkedQueue<>();

	private final Queue<Bucket> dirty = new ConcurrentLinkedQueue<>();

	private final Set<Bucket> unacknowledged = ConcurrentHashMap.newKeySet();

	private final UnsavedBuckets unsaved = new UnsavedBuckets();

	private volatile ReplicationSignal signal = ReplicationSignal.NONE;

	private volatile DriftListener drift = DriftListener.NONE;

	private Iterator<Bucket> sweep = Collections.emptyIterator();

	private @Nullable Long reunitedAt;

	private Iterator<Bucket> told = Collections.emptyIterator();

	/**
	 * Creates an empty store whose member is alone.
	 * @param self this member
	 * @param policies the limits
	 * @param settings bounds and intervals
	 * @param clock the clock
	 */
	public BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock) {
		this(self, policies, settings, clock, SWEPT_AT_ONCE);
	}

	/**
	 * Creates an empty store whose member is alone.
	 * @param sweptAtOnce how many buckets a tick looks at in order to drop those that are
	 * full and idle; with none, no bucket is ever dropped
	 */
	BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock,
			int sweptAtOnce) {
		this.sweptAtOnce = sweptAtOnce;
		this.self = self;
		this.settings = settings;
		long now = clock.nanoTime();
		this.view = new AtomicReference<>(MembershipView.alone(self, now));
		this.limits = Map.of();
		policies.forEach((policy) -> add(policy, now));
	}

	/**
	 * Makes a further limit usable, unless there is one of its name. One that was adopted
	 * is usable from now on as it is, with its buckets.
	 * @param policy the limit
	 * @param now the current time
	 */
	public synchronized void add(LimitPolicy policy, long now) {
		Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
		byName
			.computeIfAbsent(policy.limit().name(),
					(name) -> new LimitBuckets(policy, LimitSource.CONFIGURATION, this, now))
			.claim(policy);
		replaceLimits(byName);
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
	public synchronized boolean adopt(LimitDefinition definition, long now) {
		String limit = definition.limit().name();
		if (!this.limits.containsKey(limit) && this.adopted.size() < MOST_ADOPTED) {
			LimitPolicy policy = new LimitPolicy(definition.limit(), definition.consistency(), Duration.ZERO,
					definition.mode());
			Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
			byName.put(limit, new LimitBuckets(policy, LimitSource.FLEET, this, now));
			replaceLimits(byName);
			follow(limit, (initial) -> definition, LimitSource.FLEET, now);
		}
		return this.limits.containsKey(limit);
	}

	/**
	 * The limits that were adopted, and that this member is not configured with.
	 * @return names
	 */
	public Set<String> adopted() {
		return this.adopted;
	}

	/**
	 * Forgets adopted limits that hold no bucket, so that nothing is lost.
	 * @param isNeeded whether somebody is configured with a limit, by its name
	 */
	public synchronized void forgetAdopted(Predicate<String> isNeeded) {
		Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
		byName.values()
			.removeIf((buckets) -> !buckets.isConfigured() && buckets.count() == 0
					&& !isNeeded.test(buckets.policy().limit().name()));
		if (byName.size() < this.limits.size()) {
			replaceLimits(byName);
		}
	}

	/**
	 * Whether a bucket of a peer is held here, or would be.
	 * @param key which bucket
	 * @return {@code false} if its limit is not known here, or there is no room
	 */
	public boolean holds(BucketKey key) {
		LimitBuckets buckets = this.limits.get(key.limit());
		return buckets != null
				&& (key.overflow() || buckets.find(key).isPresent() || hasRoom(key.key(), buckets.isConfigured()));
	}

	private void replaceLimits(Map<String, LimitBuckets> byName) {
		this.limits = Collections.unmodifiableMap(byName);
		this.adopted = byName.entrySet()
			.stream()
			.filter((entry) -> !entry.getValue().isConfigured())
			.map(Map.Entry::getKey)
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Changes how often members exchange state, as far as buckets depend on it.
	 * @param newInterval the interval, positive
	 */
	public synchronized void changeSyncInterval(Duration newInterval) {
		this.settings = new LimiterSettings(this.settings.replicationFactor(), newInterval, this.settings.maxKeys());
		this.limits.values().forEach((buckets) -> buckets.changeSyncInterval(newInterval));
	}

	/**
	 * What the fleet must agree on about each limit, as this member follows it.
	 * @return definitions by the name of the limit
	 */
	public Map<String, LimitDefinition> definitions() {
		Map<String, LimitDefinition> definitions = new LinkedHashMap<>();
		this.limits.forEach((name, buckets) -> definitions.put(name, buckets.active().definition()));
		return definitions;
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
		LimitBuckets buckets = this.limits.get(limit);
		Optional<LimitChange> change = (buckets != null) ? buckets.follow(next, source, now) : Optional.empty();
		if (change.isPresent() && source != LimitSource.FLEET) {
			this.signal.limitChanged(limit);
		}
		return change;
	}

	/**
	 * This member.
	 * @return its id
	 */
	public MemberId self() {
		return this.self;
	}

	/**
	 * Sets who is told what the request path wants.
	 * @param replicationSignal replaces the one before
	 */
	public void signalTo(ReplicationSignal replicationSignal) {
		this.signal = replicationSignal;
	}

	/**
	 * Sets who is told of spending beyond the rules.
	 * @param listener replaces the one before
	 */
	public void tellDrift(DriftListener listener) {
		this.drift = listener;
	}

	/**
	 * Has this member spend no more of a limit than its part, by its own count.
	 * @param limit the name of the limit; one that is unknown is ignored
	 * @param quota the part
	 */
	public void fallBack(String limit, FallbackQuota quota) {
		LimitBuckets buckets = this.limits.get(limit);
		if (buckets != null) {
			buckets.fallBack(quota);
		}
	}

	/**
	 * Has this member go by the replicated state again, and write off what others
	 * overspent.
	 * @param limit the name of the limit; one that is unknown is ignored
	 * @param now the current time
	 */
	public void recover(String limit, long now) {
		LimitBuckets buckets = this.limits.get(limit);
		if (buckets != null) {
			buckets.recover(now);
		}
	}

	/**
	 * The members as they are now, deadlines that have passed included.
	 * @param now the current time
	 * @return the view
	 */
	public MembershipView view(long now) {
		MembershipView current = this.view.get();
		MembershipView later = current.asOf(now);
		if (later != current) {
			this.view.compareAndSet(current, later);
		}
		return later;
	}

	/**
	 * Takes over a new view of the members, in every bucket if it says anything new.
	 * @param newView the view
	 * @param now the current time
	 */
	public void membershipChanged(MembershipView newView, long now) {
		MembershipView before = this.view.getAndSet(newView);
		if (newView.agreesWith(before)) {
			return;
		}
		if (bringsTogether(before, newView)) {
			// By then the others hear all as well, and have accrued what they will for
			// having done so earlier or later.
			this.reunitedAt = now + REUNION_INTERVALS * this.settings.syncInterval().toNanos();
		}
		this.limits.values().forEach((buckets) -> buckets.refresh(now));
	}

	// Of what accrues between the copy that a joiner gets and its being counted it knows
	// nothing; one of those that were there is enough to tell.
	private boolean bringsTogether(MembershipView before, MembershipView after) {
		if (!after.isComplete() || before.isJoining()) {
			return false;
		}
		boolean joined = after.size() > before.size() && before.heard().get(0).equals(this.self);
		return !before.isComplete() || joined;
	}

	/**
	 * Takes a bucket that has something to publish off the queue, and counts it as
	 * published.
	 * @param batch the number of the batch that carries it
	 * @param now the current time
	 * @return the bucket, empty if none is left
	 */
	public Optional<BucketUpdate> publishNext(long batch, long now) {
		Bucket bucket = this.dirty.poll();
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
		return !this.dirty.isEmpty();
	}

	/**
	 * Whether any request waits for an acknowledgement.
	 * @return whether to hurry
	 */
	public boolean hasWaiting() {
		return this.waiting.get() > 0;
	}

	/**
	 * How many buckets are held.
	 * @return the number, not negative
	 */
	public int size() {
		return Math.toIntExact(this.limits.values().stream().mapToLong(LimitBuckets::count).sum());
	}

	/**
	 * About how much memory all buckets take, from a sample of them.
	 * @return bytes, not negative
	 */
	public long estimatedBytes() {
		return this.limits.values().stream().mapToLong(LimitBuckets::estimatedBytes).sum();
	}

	/**
	 * Counts everything as published and acknowledged, where nobody is there to do so.
	 * @param now the current time
	 */
	public void settleAlone(long now) {
		for (Bucket bucket = this.dirty.poll(); bucket != null; bucket = this.dirty.poll()) {
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
		return find(key).map((bucket) -> new BucketUpdate(key, bucket.snapshot(now)));
	}

	/**
	 * Passes the names of all buckets.
	 * @param action receives each
	 */
	public void forEachKey(Consumer<BucketKey> action) {
		forEachBucket((bucket) -> action.accept(bucket.key()));
	}

	/**
	 * Passes the names of all buckets with the number of entries that each may have now.
	 * Cheaper than {@link #snapshot} of each.
	 * @param action receives each
	 */
	public void forEachSize(ObjIntConsumer<BucketKey> action) {
		forEachBucket((bucket) -> action.accept(bucket.key(), bucket.entries()));
	}

	/**
	 * Has every bucket that this member spent from published again.
	 */
	public void publishAllAgain() {
		forEachBucket(Bucket::publishAgain);
	}

	/**
	 * Merges what a peer sent.
	 * @param update the bucket
	 * @param now the current time
	 * @return whether it was acceptable; {@code true} as well for buckets that are not
	 * held here
	 */
	public boolean merge(BucketUpdate update, long now) {
		LimitBuckets buckets = this.limits.get(update.key().limit());
		Optional<Bucket> bucket = (buckets != null)
				? buckets.bucket(update.key(), buckets.policy().limit().initialOf(update.state()), now)
				: Optional.empty();
		if (bucket.isEmpty()) {
			return true;
		}
		boolean accepted = bucket.get().merge(update.state(), now);
		serveLine(bucket.get(), now);
		return accepted;
	}

	/**
	 * Merges what was saved of a bucket. One that is new here accrues nothing for the
	 * time before, since what it did is in its state.
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
		return Optional.ofNullable(this.limits.get(name)).map((buckets) -> buckets.policy().limit());
	}

	/**
	 * The longest that any bucket takes to fill up.
	 * @return the time from empty to full, of the limit that takes longest
	 */
	public Duration longestTimeToFull() {
		return Duration.ofNanos(this.limits.values()
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
		find(key).ifPresent((bucket) -> {
			bucket.acknowledge(batch, now);
			serveLine(bucket, now);
		});
	}

	/**
	 * Ends a sync interval: remembers the state of buckets that were touched, and drops
	 * some of those that are full. Some time after all are heard again, or another one is
	 * counted, it has every other bucket published, so that what each accrued in between
	 * is the same for all.
	 * @param now the current time
	 */
	public void tick(long now) {
		if (this.reunitedAt != null && now - this.reunitedAt >= 0 && view(now).isComplete()) {
			this.reunitedAt = null;
			this.told = all();
		}
		for (int left = SWEPT_AT_ONCE; left > 0 && this.told.hasNext(); left--) {
			this.told.next().publishRefill(now);
		}
		long keepNanos = keepNanos();
		for (int left = this.touched.size(); left > 0; left--) {
			Bucket bucket = this.touched.remove();
			if (bucket.tick(now, keepNanos)) {
				this.unsaved.add(bucket.key());
			}
			serveLine(bucket, now);
		}
		sweep(now);
		this.drift.onTick(now);
	}

	/**
	 * How long each limit has been active.
	 * @param now the current time
	 * @return nanoseconds by the name of the limit
	 */
	public Map<String, Long> ages(long now) {
		Map<String, Long> ages = new LinkedHashMap<>();
		this.limits.forEach((name, buckets) -> ages.put(name, buckets.age(now)));
		return ages;
	}

	/**
	 * Learns how long a limit has been active elsewhere; the longest counts.
	 * @param limit the name of the limit, possibly one unknown here
	 * @param age nanoseconds
	 * @param now the current time
	 */
	public void learnAge(String limit, long age, long now) {
		LimitBuckets buckets = this.limits.get(limit);
		if (buckets != null) {
			buckets.learnAge(age, now);
		}
	}

	/**
	 * Takes over how long a definition has been active in the fleet that this member
	 * joins, since it did not see what became of buckets before.
	 * @param limit the name of the limit, possibly one unknown here
	 * @param definition nothing happens unless this member follows just it
	 * @param age nanoseconds
	 * @param now the current time
	 */
	public void restart(String limit, LimitDefinition definition, long age, long now) {
		LimitBuckets buckets = this.limits.get(limit);
		if (buckets != null) {
			buckets.restart(definition, age, now);
		}
	}

	/**
	 * The names of all buckets, one after the other, while they change.
	 * @return an iterator for one thread
	 */
	public Iterator<BucketKey> keys() {
		Iterator<Bucket> buckets = all();
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
		return find(key).map((bucket) -> bucket.consumedBelowFull(now)).orElse(null);
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
		for (Bucket bucket : this.unacknowledged) {
			lag = Math.max(lag, bucket.lag(now));
		}
		return lag;
	}

	Map<String, LimitBuckets> limits() {
		return this.limits;
	}

	LimiterSettings settings() {
		return this.settings;
	}

	ReplicationSignal signal() {
		return this.signal;
	}

	DriftListener drift() {
		return this.drift;
	}

	boolean hasRoom(String key) {
		return hasRoom(key, true);
	}

	private boolean hasRoom(String key, boolean configured) {
		return this.places.get() + places(key) <= mostPlaces(configured);
	}

	// What this member does not use must not crowd out what it does.
	private int mostPlaces(boolean configured) {
		return configured ? this.settings.maxKeys() : this.settings.maxKeys() / 2;
	}

	/**
	 * Takes room for the bucket of a key, if there is enough.
	 */
	boolean takeRoom(String key, boolean configured) {
		int wanted = places(key);
		int most = mostPlaces(configured) - wanted;
		return this.places.getAndUpdate((taken) -> (taken <= most) ? taken + wanted : taken) <= most;
	}

	void leaveRoom(String key) {
		this.places.addAndGet(-places(key));
	}

	private static int places(String key) {
		return 1 + key.length() / CHARACTERS_A_PLACE;
	}

	Birth nextBirth() {
		return new Birth(this.self, this.births.incrementAndGet());
	}

	void onWaiting(int more) {
		this.waiting.addAndGet(more);
	}

	void onTouched(Bucket bucket) {
		this.touched.add(bucket);
	}

	void onDirty(Bucket bucket) {
		this.dirty.add(bucket);
	}

	void onUnacknowledged(Bucket bucket) {
		this.unacknowledged.add(bucket);
	}

	void onAcknowledged(Bucket bucket) {
		this.unacknowledged.remove(bucket);
	}

	// In turn and not within each other: lines may be long, and free each other.
	void serveLine(Bucket bucket, long now) {
		List<Bucket> freed = serve(bucket, now);
		while (!freed.isEmpty()) {
			freed = freed.stream().flatMap((next) -> serve(next, now).stream()).toList();
		}
	}

	private List<Bucket> serve(Bucket bucket, long now) {
		List<Supplier<Collection<Bucket>>> notices = bucket.serveLine(now);
		return notices.isEmpty() ? List.of() : notices.stream().flatMap((notice) -> notice.get().stream()).toList();
	}

	private long keepNanos() {
		return LONGEST_BOUND_NANOS + 2 * this.settings.syncInterval().toNanos();
	}

	// Operators import on threads of their own: the replicating one may drop the bucket
	// before anything is merged into it.
	private boolean restore(BucketUpdate update, Predicate<Bucket> merge, long now) {
		Bucket bucket = restored(update, now).orElse(null);
		boolean accepted = bucket == null || merge.test(bucket);
		while (bucket != null && bucket.isDropped()) {
			bucket.forget();
			bucket = restored(update, now).orElse(null);
			accepted = bucket == null || merge.test(bucket);
		}
		return accepted;
	}

	private Optional<Bucket> restored(BucketUpdate update, long now) {
		return Optional.ofNullable(this.limits.get(update.key().limit()))
			.flatMap((buckets) -> buckets.restored(update.key(), buckets.policy().limit().initialOf(update.state()),
					now));
	}

	private Optional<Bucket> find(BucketKey key) {
		return Optional.ofNullable(this.limits.get(key.limit())).flatMap((buckets) -> buckets.find(key));
	}

	private Iterator<Bucket> all() {
		return new Chain<>(this.limits.values().stream().map(LimitBuckets::all).toList());
	}

	private void forEachBucket(Consumer<Bucket> action) {
		this.limits.values().forEach((buckets) -> buckets.all().forEach(action));
	}

	private void sweep(long now) {
		if (!this.sweep.hasNext()) {
			this.sweep = all();
		}
		for (int left = this.sweptAtOnce; left > 0 && this.sweep.hasNext(); left--) {
			Bucket bucket = this.sweep.next();
			if (bucket.dropIfFull(now, keepNanos())) {
				bucket.forget();
				this.unsaved.add(bucket.key());
			}
		}
	}

}
