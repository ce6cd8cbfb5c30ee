package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * All buckets of one limit. Thread-safe.
 */
final class LimitBuckets implements Changes {

	private static final int SAMPLE = 64;

	private final AtomicReference<BucketContext> context;

	private final BucketStore store;

	private final ConcurrentMap<String, Bucket> byKey = new ConcurrentHashMap<>();

	private final ConcurrentMap<BucketKey, Bucket> overflow = new ConcurrentHashMap<>(1);

	private final AtomicLong lowestLevel = new AtomicLong(Long.MAX_VALUE);

	// Else this member only knows it from others, and decides nothing by it.
	private volatile boolean configured;

	private final LongAdder admitted = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder shadowRejected = new LongAdder();

	private final LongAdder overflowed = new LongAdder();

	LimitBuckets(LimitPolicy policy, LimitSource source, BucketStore store, long now) {
		this.configured = source != LimitSource.FLEET;
		this.store = store;
		this.context = new AtomicReference<>(new BucketContext(store.view(now), ActiveLimit.of(policy, source, now),
				store.settings().syncInterval().toNanos(), null, 0));
	}

	LimitPolicy policy() {
		return active().policy();
	}

	/**
	 * Whether this member decides by the limit.
	 */
	boolean isConfigured() {
		return this.configured;
	}

	/**
	 * This member decides by the limit from now on.
	 */
	void claim(LimitPolicy policy) {
		if (!this.configured) {
			this.context.updateAndGet((current) -> current.with(current.active().claim(policy)));
			this.configured = true;
		}
	}

	@Override
	public BucketContext context(long now) {
		MembershipView view = this.store.view(now);
		BucketContext current = this.context.get();
		return (current.view() == view) ? current : this.context.updateAndGet((context) -> context.with(view));
	}

	long estimatedBytes() {
		double average = this.byKey.values()
			.stream()
			.limit(SAMPLE)
			.mapToLong(Bucket::estimatedBytes)
			.average()
			.orElse(0);
		return Math.round(average * this.byKey.size());
	}

	ActiveLimit active() {
		return this.context.get().active();
	}

	/**
	 * Follows another definition from now on, in every bucket.
	 * @param next makes the definition from the one that holds
	 * @return what changed, empty if both say the same
	 */
	Optional<LimitChange> follow(UnaryOperator<LimitDefinition> next, LimitSource source, long now) {
		ActiveLimit before;
		ActiveLimit after;
		BucketContext current;
		do {
			current = this.context.get();
			before = current.active();
			LimitDefinition definition = next.apply(before.definition());
			if (definition.equals(before.definition())) {
				return Optional.empty();
			}
			after = before.follow(definition, source, now);
		}
		while (!this.context.compareAndSet(current, current.with(after)));
		refresh(now);
		return after.definition().agreesWith(before.definition()) ? Optional.empty()
				: Optional.of(new LimitChange(before.definition(), before.source(), after.definition(), source));
	}

	/**
	 * Goes by a part of the limit from now on.
	 */
	void fallBack(FallbackQuota quota) {
		this.context.updateAndGet((current) -> current.inFallback(quota));
	}

	/**
	 * Goes by the replicated state again, once nothing of it is overspent.
	 */
	void recover(long now) {
		this.context.updateAndGet(BucketContext::recovered);
		refresh(now);
	}

	void changeSyncInterval(Duration newInterval) {
		this.context.updateAndGet((current) -> current.withSyncInterval(newInterval.toNanos()));
	}

	/**
	 * Has every bucket follow what changed, and serves those that wait.
	 */
	void refresh(long now) {
		for (Bucket bucket : all()) {
			bucket.follow(now);
			this.store.serveLine(bucket, now);
		}
	}

	/**
	 * Whether no bucket of this limit can ever hold so many whole tokens.
	 */
	boolean isAboveCapacity(long tokens) {
		return tokens > policy().limit().capacity() / MicroTokens.PER_TOKEN;
	}

	/**
	 * Whole tokens in micro-tokens; {@link Long#MAX_VALUE} above the capacity.
	 */
	long costOf(long tokens) {
		if (tokens < 0) {
			throw new IllegalArgumentException("tokens must not be negative: " + tokens);
		}
		return isAboveCapacity(tokens) ? Long.MAX_VALUE : tokens * MicroTokens.PER_TOKEN;
	}

	/**
	 * Refuses a request on behalf of this or another limit, without creating a bucket.
	 */
	Decision refuse(Charge charge, long now) {
		Bucket bucket = peek(charge.key(), now);
		if (!isAboveCapacity(charge.tokens())) {
			return bucket.refuse(costOf(charge.tokens()), now);
		}
		return new Decision(Outcome.REJECTED, Reason.COST_ABOVE_CAPACITY, policy().limit(),
				Math.max(0, bucket.status(now).spendable()), Long.MAX_VALUE, null);
	}

	/**
	 * The bucket of a key, created if needed; beyond the bound the overflow bucket.
	 */
	Bucket bucket(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		Bucket created = this.byKey.computeIfAbsent(key,
				(name) -> this.store.takeRoom(name, this.configured) ? create(BucketKey.of(name(), name), now) : null);
		return (created != null) ? created : overflow(now);
	}

	/**
	 * The bucket that a request asks. One that costs nothing creates none.
	 */
	Bucket bucket(String key, long cost, long now) {
		return (cost == 0) ? peek(key, now) : bucket(key, now);
	}

	/**
	 * The bucket of a key after the one that was found is dropped. Whoever drops buckets
	 * may not have come to removing it yet: looked for again, it would be found until
	 * then.
	 */
	Bucket bucketAfter(Bucket dropped, String key, long now) {
		onDropped(dropped);
		return bucket(key, now);
	}

	/**
	 * The bucket that a peer speaks of, created if needed and if there is room. It begins
	 * with what it began with there.
	 */
	Optional<Bucket> bucket(BucketKey key, long initial, long now) {
		ConcurrentMap<?, Bucket> held = key.overflow() ? this.overflow : this.byKey;
		Bucket bucket = held.get(key.overflow() ? key : key.key());
		if (bucket != null) {
			return Optional.of(bucket);
		}
		if (key.overflow()) {
			return Optional.of(this.overflow.computeIfAbsent(key, (added) -> create(added, initial, now)));
		}
		return Optional.ofNullable(this.byKey.computeIfAbsent(key.key(),
				(added) -> this.store.takeRoom(added, this.configured) ? create(key, initial, now) : null));
	}

	/**
	 * The bucket that was saved, created if needed and if there is room. What it was
	 * before it was saved is in its state: it accrues from now on.
	 */
	Optional<Bucket> restored(BucketKey key, long initial, long now) {
		return Optional.ofNullable(key.overflow()
				? this.overflow.computeIfAbsent(key, (name) -> createAnew(key, initial, now))
				: this.byKey.computeIfAbsent(key.key(),
						(name) -> this.store.takeRoom(name, this.configured) ? createAnew(key, initial, now) : null));
	}

	/**
	 * The bucket that a request for a key would find, without creating it for good.
	 */
	Bucket peek(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		BucketKey missing = this.store.hasRoom(key) ? BucketKey.of(name(), key) : BucketKey.overflow(name());
		return find(missing).orElseGet(() -> create(missing, new Birth(this.store.self(), 0), now));
	}

	Optional<Bucket> find(BucketKey key) {
		return Optional.ofNullable(key.overflow() ? this.overflow.get(key) : this.byKey.get(key.key()));
	}

	@Override
	public void onDropped(Bucket bucket) {
		if (bucket.key().overflow()) {
			this.overflow.remove(bucket.key(), bucket);
		}
		else if (this.byKey.remove(bucket.key().key(), bucket)) {
			this.store.leaveRoom(bucket.key().key());
		}
	}

	/**
	 * All buckets; safe to walk while they change.
	 */
	Iterable<Bucket> all() {
		return () -> new Chain<>(List.of(this.byKey.values(), this.overflow.values()));
	}

	long count() {
		return this.byKey.size() + this.overflow.size();
	}

	long age(long now) {
		return active().age(now);
	}

	/**
	 * Learns that the limit has been active elsewhere for longer.
	 */
	void learnAge(long age, long now) {
		this.context.updateAndGet((current) -> current.with(current.active().atLeast(age, now)));
	}

	/**
	 * Forgets for how long the limit was active here.
	 */
	void restart(LimitDefinition definition, long age, long now) {
		this.context.updateAndGet((current) -> {
			ActiveLimit active = current.active();
			return active.definition().equals(definition) ? current.with(active.aged(age, now)) : current;
		});
	}

	void count(Decision decision) {
		switch (decision.outcome()) {
			case ADMITTED -> this.admitted.increment();
			case SHADOW_REJECTED -> this.shadowRejected.increment();
			default -> this.rejected.increment();
		}
	}

	long overflowed() {
		return this.overflowed.sum();
	}

	long drainLowestLevel() {
		return Math.min(policy().limit().capacity(), this.lowestLevel.getAndSet(Long.MAX_VALUE));
	}

	/**
	 * The buckets that this member spent most of.
	 */
	List<BucketStatus> busiest(int count, long now) {
		Busiest busiest = new Busiest(count);
		all().forEach(busiest::add);
		return busiest.inOrder().stream().map((bucket) -> bucket.status(now)).toList();
	}

	LimitStatus status(long now) {
		ActiveLimit current = active();
		long lowest = current.policy().limit().capacity();
		for (Bucket bucket : all()) {
			lowest = Math.min(lowest, bucket.level(now));
		}
		return new LimitStatus(current.policy(), current.definition(), current.source(), count(), lowest,
				this.admitted.sum(), this.rejected.sum(), this.shadowRejected.sum());
	}

	@Override
	public void onTouched(Bucket bucket) {
		this.store.onTouched(bucket);
	}

	@Override
	public void onDirty(Bucket bucket) {
		this.store.onDirty(bucket);
	}

	@Override
	public void onUnacknowledged(Bucket bucket) {
		this.store.onUnacknowledged(bucket);
	}

	@Override
	public void onAcknowledged(Bucket bucket) {
		this.store.onAcknowledged(bucket);
	}

	@Override
	public void onWindow(BucketKey bucket, Limit limit, long excess, long sinceNanos, long now) {
		if (this.configured) {
			this.store.drift().onWindow(bucket, limit, excess, sinceNanos, now);
		}
	}

	@Override
	public void onFlushWanted() {
		this.store.signal().flushWanted();
	}

	@Override
	public void onWaiting(int more) {
		this.store.onWaiting(more);
	}

	@Override
	public void onLevel(long level) {
		if (level < this.lowestLevel.get()) {
			this.lowestLevel.accumulateAndGet(level, Math::min);
		}
	}

	private Bucket overflow(long now) {
		this.overflowed.increment();
		return this.overflow.computeIfAbsent(BucketKey.overflow(name()), (key) -> create(key, now));
	}

	private Bucket create(BucketKey key, long now) {
		return create(key, this.store.nextBirth(), now);
	}

	private Bucket create(BucketKey key, Birth birth, long now) {
		BucketContext current = context(now);
		return create(key, current, current.policy().limit().initial(), birth, current.active().activatedAt(), now);
	}

	private Bucket create(BucketKey key, long initial, long now) {
		BucketContext current = context(now);
		return create(key, current, initial, this.store.nextBirth(), current.active().activatedAt(), now);
	}

	private Bucket createAnew(BucketKey key, long initial, long now) {
		return create(key, context(now), initial, this.store.nextBirth(), now, now);
	}

	private Bucket create(BucketKey key, BucketContext current, long initial, Birth birth, long since, long now) {
		LocalReplica replica = new LocalReplica(current.policy().limit(), initial, birth, current.view(),
				current.syncIntervalNanos() / 2, since, now);
		return new Bucket(key, current, replica, this, now);
	}

	private String name() {
		return policy().limit().name();
	}

}
