package io.openclaw.tokenbucket.limiter.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketContext;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.LimitContext;
import io.openclaw.tokenbucket.limiter.bucket.LimitStatistics;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.LimitStatus;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;

/**
 * All buckets of one limit. Thread-safe.
 */
public final class LimitBuckets {

	private static final int SAMPLE = 64;

	private final LimitContext context;

	private final LimitStatistics statistics = new LimitStatistics();

	private final MemoryBudget memory;

	private final CurrentMembership members;

	private final BucketQueues<Bucket> queues;

	private final ConcurrentMap<String, Bucket> byKey = new ConcurrentHashMap<>();

	private final ConcurrentMap<BucketKey, Bucket> overflow = new ConcurrentHashMap<>(1);

	LimitBuckets(LimitContext context, MemoryBudget memory, CurrentMembership members, BucketQueues<Bucket> queues) {
		this.context = context;
		this.memory = memory;
		this.members = members;
		this.queues = queues;
	}

	public LimitContext context() {
		return this.context;
	}

	public LimitStatistics statistics() {
		return this.statistics;
	}

	public LimitPolicy policy() {
		return this.context.active().policy();
	}

	/**
	 * Follows another definition from now on, in every bucket.
	 * @param next makes the definition from the one that holds
	 * @return what changed, empty if both say the same
	 */
	public Optional<LimitChange> follow(UnaryOperator<LimitDefinition> next, LimitSource source, long now) {
		Optional<LimitChange> change = this.context.follow(next, source, now);
		if (change.isPresent()) {
			refresh(now);
		}
		return change.filter((made) -> !made.to().agreesWith(made.from()));
	}

	/**
	 * Has every bucket follow what changed, and serves those that wait.
	 */
	public void refresh(long now) {
		for (Bucket bucket : all()) {
			bucket.follow(now);
			Line.serve(bucket, now);
		}
	}

	/**
	 * Whether a bucket is held, or would be.
	 */
	public boolean holds(BucketKey key) {
		return key.overflow() || this.byKey.containsKey(key.key())
				|| this.memory.hasRoom(key.key(), this.context.isConfigured());
	}

	/**
	 * Whether no bucket of this limit can ever hold so many whole tokens.
	 */
	public boolean isAboveCapacity(long tokens) {
		return tokens > policy().limit().capacity() / MicroTokens.PER_TOKEN;
	}

	/**
	 * Whole tokens in micro-tokens; {@link Long#MAX_VALUE} above the capacity.
	 */
	public long costOf(long tokens) {
		return isAboveCapacity(tokens) ? Long.MAX_VALUE : tokens * MicroTokens.PER_TOKEN;
	}

	/**
	 * Decides a request.
	 * @return the decision, which waits if the request must reserve
	 */
	public Decision decide(String key, long cost, long now) {
		if (cost == 0) {
			return peek(key, now).admitFree(now);
		}
		// Only a bucket that is dropped is worth the closure.
		Decision decision = bucket(key, now).decide(cost, now);
		return (decision != null) ? decision : ask(key, (bucket) -> bucket.decide(cost, now), now);
	}

	/**
	 * Decides a request by the level alone, and lets it go on in any case.
	 */
	public Decision shadow(String key, long tokens, long now) {
		if (isAboveCapacity(tokens)) {
			return refuse(key, tokens, now).inShadow();
		}
		if (tokens == 0) {
			return peek(key, now).admitFree(now).inShadow();
		}
		long cost = costOf(tokens);
		return ask(key, (bucket) -> bucket.decideOnLevel(cost, now), now).inShadow();
	}

	/**
	 * Refuses a request on behalf of this or another limit, without creating a bucket.
	 */
	public Decision refuse(String key, long tokens, long now) {
		Bucket bucket = peek(key, now);
		if (!isAboveCapacity(tokens)) {
			return bucket.refuse(costOf(tokens), now);
		}
		return new Decision(Outcome.REJECTED, Reason.COST_ABOVE_CAPACITY, policy().limit(),
				Math.max(0, bucket.status(now).spendable()), Long.MAX_VALUE, null);
	}

	/**
	 * Asks the bucket of a key, created if needed. Whoever drops a bucket may not have
	 * come to removing it yet: looked for again, it would be found until then.
	 * @param question is answered with {@code null} by a bucket that is dropped
	 */
	public <T> T ask(String key, Question<T> question, long now) {
		while (true) {
			Bucket bucket = bucket(key, now);
			T answer = question.put(bucket);
			if (answer != null) {
				return answer;
			}
			forget(bucket);
		}
	}

	/**
	 * The bucket that a request asks. One that costs nothing creates none.
	 */
	public Bucket bucket(String key, long cost, long now) {
		return (cost == 0) ? peek(key, now) : bucket(key, now);
	}

	/**
	 * The bucket of a key, created if needed; beyond the bound the overflow bucket.
	 */
	public Bucket bucket(String key, long now) {
		Bucket bucket = this.byKey.get(key);
		if (bucket != null) {
			return bucket;
		}
		BucketContext current = this.context.asOf(now);
		long initial = current.policy().limit().initial();
		Bucket created = create(BucketKey.of(name(), key), initial, current, current.active().activatedAt(), now);
		if (created != null) {
			return created;
		}
		this.statistics.countOverflow();
		return created(BucketKey.overflow(name()), initial, current, current.active().activatedAt(), now);
	}

	/**
	 * The bucket that a peer speaks of, created if needed and if there is room. It begins
	 * with what it began with there.
	 */
	public Optional<Bucket> bucket(BucketKey key, long initial, long now) {
		Optional<Bucket> held = find(key);
		BucketContext current = this.context.asOf(now);
		return held.isPresent() ? held
				: Optional.ofNullable(create(key, initial, current, current.active().activatedAt(), now));
	}

	/**
	 * The bucket that was saved, created if needed and if there is room. What it was
	 * before it was saved is in its state: it accrues from now on.
	 */
	public Optional<Bucket> restored(BucketKey key, long initial, long now) {
		return Optional.ofNullable(create(key, initial, this.context.asOf(now), now, now));
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
		BucketContext current = this.context.asOf(now);
		return find(missing).orElseGet(() -> create(missing, current.policy().limit().initial(), current,
				new Birth(this.members.self(), 0), current.active().activatedAt(), now));
	}

	public Optional<Bucket> find(BucketKey key) {
		return Optional.ofNullable(key.overflow() ? this.overflow.get(key) : this.byKey.get(key.key()));
	}

	/**
	 * Forgets a bucket that is dropped.
	 */
	void forget(Bucket dropped) {
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
	Iterable<Bucket> all() {
		return () -> new Chain<>(List.of(this.byKey.values(), this.overflow.values()));
	}

	public long count() {
		return this.byKey.size() + this.overflow.size();
	}

	/**
	 * About how much memory the buckets take, from a sample of them.
	 */
	public long estimatedBytes() {
		double average = this.byKey.values()
			.stream()
			.limit(SAMPLE)
			.mapToLong(Bucket::estimatedBytes)
			.average()
			.orElse(0);
		return Math.round(average * this.byKey.size());
	}

	public long drainLowestLevel() {
		return Math.min(policy().limit().capacity(), this.statistics.drainLowestLevel());
	}

	/**
	 * The buckets that this member spent most of.
	 */
	public List<BucketStatus> busiest(int count, long now) {
		Busiest busiest = new Busiest(count);
		all().forEach(busiest::add);
		return busiest.inOrder().stream().map((bucket) -> bucket.status(now)).toList();
	}

	public LimitStatus status(long now) {
		ActiveLimit current = this.context.active();
		long lowest = current.policy().limit().capacity();
		for (Bucket bucket : all()) {
			lowest = Math.min(lowest, bucket.level(now));
		}
		return new LimitStatus(current.policy(), current.definition(), this.context.configured(), current.source(),
				count(), lowest, this.statistics.admitted(), this.statistics.rejected(),
				this.statistics.shadowRejected());
	}

	// Nothing is created for what there is already, or beyond the bound.
	private @Nullable Bucket create(BucketKey key, long initial, BucketContext current, long since, long now) {
		return key.overflow() ? created(key, initial, current, since, now)
				: this.byKey.computeIfAbsent(key.key(), (name) -> this.memory.take(name, this.context.isConfigured())
						? create(key, initial, current, this.members.nextBirth(), since, now) : null);
	}

	private Bucket created(BucketKey overflowing, long initial, BucketContext current, long since, long now) {
		return this.overflow.computeIfAbsent(overflowing,
				(key) -> create(key, initial, current, this.members.nextBirth(), since, now));
	}

	private Bucket create(BucketKey key, long initial, BucketContext current, Birth birth, long since, long now) {
		LocalReplica replica = new LocalReplica(current.policy().limit(), initial, birth, current.view(),
				current.syncIntervalNanos() / 2, since, now);
		return new Bucket(key, this.context, current, replica, this.statistics, this.queues, now);
	}

	private String name() {
		return policy().limit().name();
	}

	/**
	 * What is asked of a bucket.
	 *
	 * @param <T> the answer
	 */
	@FunctionalInterface
	public interface Question<T> {

		/**
		 * Asks a bucket.
		 * @return {@code null} if it is dropped
		 */
		@Nullable T put(Bucket bucket);

	}

}
