package io.openclaw.tokenbucket.limiter.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.ContextStep;
import io.openclaw.tokenbucket.limiter.bucket.LimitContext;
import io.openclaw.tokenbucket.limiter.bucket.LimitStatistics;
import io.openclaw.tokenbucket.limiter.bucket.Surroundings;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.MemberLists;

/**
 * The buckets of one limit by key, created where they are missing and memory allows it.
 * Beyond the bound all keys share one overflow bucket. Thread-safe.
 */
public final class BucketTable {

	private static final int SAMPLE = 64;

	private final LimitContext context;

	private final LimitStatistics statistics;

	private final MemoryBudget memory;

	private final CurrentMembership members;

	private final Surroundings<Bucket> around;

	private final ConcurrentMap<String, Bucket> byKey = new ConcurrentHashMap<>();

	private final ConcurrentMap<BucketKey, Bucket> overflow = new ConcurrentHashMap<>(1);

	public BucketTable(LimitContext context, LimitStatistics statistics, MemoryBudget memory, CurrentMembership members,
			BucketQueues<Bucket> queues) {
		this.context = context;
		this.statistics = statistics;
		this.memory = memory;
		this.members = members;
		this.around = new Surroundings<>(context, statistics, queues, new MemberLists());
	}

	public boolean holds(BucketKey key) {
		return key.overflow() || this.byKey.containsKey(key.key())
				|| this.memory.hasRoom(key.key(), this.context.isConfigured());
	}

	public Optional<Bucket> find(BucketKey key) {
		return Optional.ofNullable(key.overflow() ? this.overflow.get(key) : this.byKey.get(key.key()));
	}

	/**
	 * The bucket of a key, created if needed; beyond the bound the overflow bucket.
	 */
	public Bucket bucket(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		ContextStep step = this.context.asOf(now);
		ActiveLimit active = step.active();
		long initial = active.policy().limit().initial();
		Bucket created = create(BucketKey.of(name(), key), initial, step, active.activatedAt(), now);
		if (created != null) {
			return created;
		}
		this.statistics.countOverflow();
		return createOverflow(BucketKey.overflow(name()), initial, step, active.activatedAt(), now);
	}

	/**
	 * The bucket that a peer speaks of, created if needed and if there is room. It begins
	 * with what it began with there.
	 */
	public Optional<Bucket> bucket(BucketKey key, long initial, long now) {
		ContextStep step = this.context.asOf(now);
		return findOrCreate(key, initial, step, step.active().activatedAt(), now);
	}

	/**
	 * The bucket that was saved, created if needed and if there is room. What it was
	 * before it was saved is in its state: it accrues from now on.
	 */
	public Optional<Bucket> restored(BucketKey key, long initial, long now) {
		return findOrCreate(key, initial, this.context.asOf(now), now, now);
	}

	/**
	 * The bucket that a request for a key would find, without creating it for good.
	 */
	public Bucket peek(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		BucketKey missing = this.memory.hasRoom(key, true) ? BucketKey.of(name(), key) : BucketKey.overflow(name());
		ContextStep step = this.context.asOf(now);
		ActiveLimit active = step.active();
		return find(missing).orElseGet(() -> newBucket(missing, active.policy().limit().initial(),
				new Birth(this.members.self(), 0), step, active.activatedAt(), now));
	}

	public void forget(Bucket dropped) {
		BucketKey key = dropped.key();
		if (key.overflow()) {
			this.overflow.remove(key, dropped);
		}
		else if (this.byKey.remove(key.key(), dropped)) {
			this.memory.giveBack(key.key());
		}
	}

	/**
	 * All buckets; safe to walk while they change.
	 */
	public Iterable<Bucket> all() {
		return () -> new Chain<>(List.of(this.byKey.values(), this.overflow.values()));
	}

	public long count() {
		return this.byKey.size() + this.overflow.size();
	}

	public long estimatedBytes() {
		double average = this.byKey.values()
			.stream()
			.limit(SAMPLE)
			.mapToLong(Bucket::estimatedBytes)
			.average()
			.orElse(0);
		return Math.round(average * this.byKey.size());
	}

	private Optional<Bucket> findOrCreate(BucketKey key, long initial, ContextStep step, long since, long now) {
		Optional<Bucket> held = find(key);
		return held.isPresent() ? held : Optional.ofNullable(key.overflow()
				? createOverflow(key, initial, step, since, now) : create(key, initial, step, since, now));
	}

	private @Nullable Bucket create(BucketKey key, long initial, ContextStep step, long since, long now) {
		return this.byKey.computeIfAbsent(key.key(), (name) -> this.memory.take(name, this.context.isConfigured())
				? newBucket(key, initial, this.members.nextBirth(), step, since, now) : null);
	}

	private Bucket createOverflow(BucketKey key, long initial, ContextStep step, long since, long now) {
		return this.overflow.computeIfAbsent(key,
				(missing) -> newBucket(missing, initial, this.members.nextBirth(), step, since, now));
	}

	private Bucket newBucket(BucketKey key, long initial, Birth birth, ContextStep step, long since, long now) {
		LocalReplica replica = new LocalReplica(step.limit(), initial, birth, step.view(),
				this.context.syncIntervalNanos() / 2, since, now);
		return new Bucket(key, this.around, step, replica, now);
	}

	private String name() {
		return this.context.active().policy().limit().name();
	}

}
