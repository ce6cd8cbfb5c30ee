package io.openclaw.tokenbucket.limiter.store;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.LimitContext;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The limits of a member and their buckets. Calls for an unknown limit are ignored.
 * Thread-safe. Times are nanoseconds of the clock of the limiter.
 */
public final class LimitRegistry {

	// Of others, whose configurations differ from that of this member.
	private static final int MAX_ADOPTED = 1_000;

	// Sparse, so that hardly two names share a bin.
	private static final int MIN_TABLE = 64;

	private static final float LOAD_FACTOR = 0.1f;

	private final CurrentMembership members;

	private final MemoryBudget memory;

	private final BucketQueues<Bucket> queues;

	private volatile long syncIntervalNanos;

	// Never changed, only replaced. In the order of names, but found by their hash for
	// every request: without a wrapper, which takes as long as the search.
	private volatile Map<String, LimitBuckets> limits = new LinkedHashMap<>();

	private volatile Set<String> adopted = Set.of();

	public LimitRegistry(CurrentMembership members, LimiterSettings settings, BucketQueues<Bucket> queues) {
		this.members = members;
		this.memory = new MemoryBudget(settings.maxKeys());
		this.queues = queues;
		this.syncIntervalNanos = settings.syncInterval().toNanos();
	}

	/**
	 * Makes a limit usable as it is configured, unless there is one of its name. That one
	 * stays as it is with its buckets, and one that was adopted is usable from now on.
	 * @param policy the limit
	 * @param now the current time
	 */
	public synchronized void add(LimitPolicy policy, long now) {
		Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
		byName.computeIfAbsent(policy.limit().name(), (name) -> create(policy, LimitSource.CONFIGURATION, now))
			.context()
			.configure(policy);
		replace(byName);
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
		String name = definition.limit().name();
		if (!this.limits.containsKey(name) && this.adopted.size() < MAX_ADOPTED) {
			LimitPolicy policy = new LimitPolicy(definition.limit(), definition.consistency(), Duration.ZERO,
					definition.mode());
			LimitBuckets buckets = create(policy, LimitSource.FLEET, now);
			buckets.context().follow((initial) -> definition, LimitSource.FLEET, now);
			Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
			byName.put(name, buckets);
			replace(byName);
		}
		return this.limits.containsKey(name);
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
		byName.entrySet()
			.removeIf((limit) -> !limit.getValue().context().isConfigured() && limit.getValue().table().count() == 0
					&& !isNeeded.test(limit.getKey()));
		if (byName.size() < this.limits.size()) {
			replace(byName);
		}
	}

	/**
	 * What this member is configured with, whatever it follows.
	 * @return definitions by the name of the limit, in order
	 */
	public Map<String, LimitDefinition> configured() {
		Map<String, LimitDefinition> configured = new LinkedHashMap<>();
		this.limits.forEach((name, limit) -> {
			LimitDefinition own = limit.context().configured();
			if (own != null) {
				configured.put(name, own);
			}
		});
		return configured;
	}

	/**
	 * What the fleet must agree on about each limit, as this member follows it.
	 * @return definitions by the name of the limit
	 */
	public Map<String, LimitDefinition> definitions() {
		return ofEach((limit) -> limit.active().definition());
	}

	/**
	 * The keys that were put under a limit at run time, or taken from it. Quick.
	 * @param limit the name of the limit
	 * @return whether each is under it; empty if there is no such limit
	 */
	public Map<String, Boolean> keysOf(String limit) {
		LimitBuckets buckets = get(limit);
		return (buckets != null) ? buckets.context().active().definition().keys() : Map.of();
	}

	/**
	 * How long each limit has been active.
	 * @param now the current time
	 * @return nanoseconds by the name of the limit
	 */
	public Map<String, Long> ages(long now) {
		return ofEach((limit) -> limit.active().age(now));
	}

	/**
	 * A limit.
	 * @param name its name
	 * @return the limit, empty if it is unknown here
	 */
	public Optional<Limit> limit(String name) {
		return find(name).map((buckets) -> buckets.policy().limit());
	}

	/**
	 * The longest that any bucket takes to fill up.
	 * @return the time from empty to full, of the limit that takes longest
	 */
	public Duration longestTimeToFull() {
		return Duration.ofNanos(all().stream()
			.map((buckets) -> buckets.policy().limit())
			.mapToLong((limit) -> limit.refillRate().nanosToAccrue(limit.capacity()))
			.max()
			.orElse(0));
	}

	/**
	 * Changes how often members exchange state, as far as buckets depend on it.
	 * @param newInterval the interval, positive
	 */
	public synchronized void changeSyncInterval(Duration newInterval) {
		this.syncIntervalNanos = newInterval.toNanos();
		all().forEach((limit) -> limit.context().changeSyncInterval(this.syncIntervalNanos));
	}

	long syncIntervalNanos() {
		return this.syncIntervalNanos;
	}

	public @Nullable LimitBuckets get(String name) {
		return this.limits.get(name);
	}

	public Optional<LimitBuckets> find(String name) {
		return Optional.ofNullable(get(name));
	}

	/**
	 * A limit as this member follows it.
	 * @param name the name of a limit that is known here
	 */
	public ActiveLimit active(String name) {
		return find(name).orElseThrow().context().active();
	}

	public Collection<LimitBuckets> all() {
		return Collections.unmodifiableCollection(this.limits.values());
	}

	/**
	 * How many buckets there are.
	 */
	public long count() {
		return all().stream().mapToLong((limit) -> limit.table().count()).sum();
	}

	/**
	 * All buckets; safe to walk while they change.
	 */
	public Iterator<Bucket> buckets() {
		return new Chain<>(all().stream().map((limit) -> limit.table().all()).toList());
	}

	public Optional<Bucket> bucket(BucketKey key) {
		return find(key.limit()).flatMap((limit) -> limit.table().find(key));
	}

	public void forget(Bucket dropped) {
		find(dropped.key().limit()).ifPresent((limit) -> limit.table().forget(dropped));
	}

	private LimitBuckets create(LimitPolicy policy, LimitSource source, long now) {
		LimitContext context = new LimitContext(policy, source, this.members, this.syncIntervalNanos, now);
		return new LimitBuckets(context, this.memory, this.members, this.queues);
	}

	private void replace(Map<String, LimitBuckets> byName) {
		Map<String, LimitBuckets> sparse = new LinkedHashMap<>(MIN_TABLE, LOAD_FACTOR);
		sparse.putAll(byName);
		this.limits = sparse;
		this.adopted = byName.entrySet()
			.stream()
			.filter((limit) -> !limit.getValue().context().isConfigured())
			.map(Map.Entry::getKey)
			.collect(Collectors.toUnmodifiableSet());
	}

	private <T> Map<String, T> ofEach(Function<LimitContext, T> value) {
		Map<String, T> values = new LinkedHashMap<>();
		this.limits.forEach((name, limit) -> values.put(name, value.apply(limit.context())));
		return values;
	}

}
