package io.openclaw.tokenbucket.limiter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * All buckets of one limit. Thread-safe.
 */
final class LimitBuckets implements Changes {

	private final LimitPolicy policy;

	private final BucketStore store;

	private final ConcurrentMap<String, Bucket> byKey = new ConcurrentHashMap<>();

	private final ConcurrentMap<BucketKey, Bucket> overflow = new ConcurrentHashMap<>(1);

	private final AtomicLong lowestLevel;

	private final LongAdder admitted = new LongAdder();

	private final LongAdder rejected = new LongAdder();

	private final LongAdder shadowRejected = new LongAdder();

	private volatile long activatedAt;

	LimitBuckets(LimitPolicy policy, BucketStore store, long now) {
		this.policy = policy;
		this.store = store;
		this.activatedAt = now;
		this.lowestLevel = new AtomicLong(policy.limit().capacity());
	}

	LimitPolicy policy() {
		return this.policy;
	}

	/**
	 * Whether no bucket of this limit can ever hold so many whole tokens.
	 */
	boolean isAboveCapacity(long tokens) {
		return tokens > this.policy.limit().capacity() / MicroTokens.PER_TOKEN;
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
	Decision refuse(Charge charge, MembershipView view, long now) {
		Bucket bucket = peek(charge.key(), now);
		if (!isAboveCapacity(charge.tokens())) {
			return bucket.refuse(costOf(charge.tokens()), view, now);
		}
		return new Decision(Outcome.REJECTED, Reason.COST_ABOVE_CAPACITY, this.policy.limit(),
				Math.max(0, bucket.status(view, now).spendable()), Long.MAX_VALUE, null);
	}

	/**
	 * The bucket of a key, created if needed; beyond the bound the overflow bucket.
	 */
	Bucket bucket(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		if (!this.store.hasRoom()) {
			return overflow(now);
		}
		return this.byKey.computeIfAbsent(key, (name) -> create(BucketKey.of(name(), name), now));
	}

	/**
	 * The bucket that a peer speaks of, created if needed and if there is room.
	 */
	Optional<Bucket> bucket(BucketKey key, long now) {
		if (key.overflow()) {
			return Optional.of(overflow(now));
		}
		Bucket bucket = bucket(key.key(), now);
		return bucket.key().overflow() ? Optional.empty() : Optional.of(bucket);
	}

	/**
	 * The bucket that a request for a key would find, without creating it for good.
	 */
	Bucket peek(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		BucketKey missing = this.store.hasRoom() ? BucketKey.of(name(), key) : BucketKey.overflow(name());
		return find(missing).orElseGet(() -> create(missing, new Birth(this.store.self(), 0), now));
	}

	Optional<Bucket> find(BucketKey key) {
		return Optional.ofNullable(key.overflow() ? this.overflow.get(key) : this.byKey.get(key.key()));
	}

	@Override
	public void onDropped(Bucket bucket) {
		boolean removed = bucket.key().overflow() ? this.overflow.remove(bucket.key(), bucket)
				: this.byKey.remove(bucket.key().key(), bucket);
		if (removed) {
			this.store.onRemoved();
		}
	}

	/**
	 * All buckets; safe to walk while they change.
	 */
	Iterable<Bucket> all() {
		return (this.overflow.isEmpty()) ? this.byKey.values() : join(this.byKey.values(), this.overflow.values());
	}

	long count() {
		return this.byKey.size() + this.overflow.size();
	}

	long age(long now) {
		return now - this.activatedAt;
	}

	/**
	 * Learns that the limit has been active elsewhere for longer.
	 */
	void learnAge(long age, long now) {
		if (age > age(now)) {
			this.activatedAt = now - age;
		}
	}

	void count(Decision decision) {
		switch (decision.outcome()) {
			case ADMITTED -> this.admitted.increment();
			case SHADOW_REJECTED -> this.shadowRejected.increment();
			default -> this.rejected.increment();
		}
	}

	long drainLowestLevel() {
		return this.lowestLevel.getAndSet(this.policy.limit().capacity());
	}

	LimitStatus status(MembershipView view, long now) {
		long lowest = this.policy.limit().capacity();
		for (Bucket bucket : all()) {
			lowest = Math.min(lowest, bucket.status(view, now).level());
		}
		return new LimitStatus(this.policy, count(), lowest, this.admitted.sum(), this.rejected.sum(),
				this.shadowRejected.sum());
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
		return this.overflow.computeIfAbsent(BucketKey.overflow(name()), (key) -> create(key, now));
	}

	private Bucket create(BucketKey key, long now) {
		return create(key, this.store.nextBirth(), now);
	}

	private Bucket create(BucketKey key, Birth birth, long now) {
		return new Bucket(key, this.policy, birth, this.store.view(now), this.store.settings().syncInterval(),
				this.activatedAt, this);
	}

	private String name() {
		return this.policy.limit().name();
	}

	private static List<Bucket> join(Collection<Bucket> first, Collection<Bucket> second) {
		List<Bucket> all = new ArrayList<>(first);
		all.addAll(second);
		return all;
	}

}
