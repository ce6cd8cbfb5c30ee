package io.openclaw.tokenbucket.limiter.store;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

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
 * The limits of a member and their buckets. Thread-safe.
 */
public final class LimitRegistry {

	// Of others, whose configurations differ from that of this member.
	private static final int MAX_ADOPTED = 1_000;

	private final CurrentMembership members;

	private final MemoryBudget memory;

	private final BucketQueues<Bucket> queues;

	private volatile long syncIntervalNanos;

	private volatile Map<String, LimitBuckets> limits = Map.of();

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
	 */
	public synchronized void add(LimitPolicy policy, long now) {
		Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
		byName.computeIfAbsent(policy.limit().name(), (name) -> create(policy, LimitSource.CONFIGURATION, now))
			.context()
			.configure(policy);
		replace(byName);
	}

	/**
	 * Holds the buckets of a limit that only others are configured with.
	 * @return whether a limit of its name is known now; {@code false} where there are too
	 * many
	 */
	public synchronized boolean adopt(LimitDefinition definition, long now) {
		String name = definition.limit().name();
		if (!this.limits.containsKey(name) && this.adopted.size() < MAX_ADOPTED) {
			LimitPolicy policy = new LimitPolicy(definition.limit(), definition.consistency(), Duration.ZERO,
					definition.mode());
			LimitBuckets buckets = create(policy, LimitSource.FLEET, now);
			buckets.follow((initial) -> definition, LimitSource.FLEET, now);
			Map<String, LimitBuckets> byName = new TreeMap<>(this.limits);
			byName.put(name, buckets);
			replace(byName);
		}
		return this.limits.containsKey(name);
	}

	/**
	 * The names of limits that were adopted, and that this member is not configured with.
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
			.removeIf((limit) -> !limit.getValue().context().isConfigured() && limit.getValue().count() == 0
					&& !isNeeded.test(limit.getKey()));
		if (byName.size() < this.limits.size()) {
			replace(byName);
		}
	}

	private LimitBuckets create(LimitPolicy policy, LimitSource source, long now) {
		LimitContext context = new LimitContext(policy, source, this.members, this.syncIntervalNanos, now);
		return new LimitBuckets(context, this.memory, this.members, this.queues);
	}

	private void replace(Map<String, LimitBuckets> byName) {
		this.limits = Collections.unmodifiableMap(byName);
		this.adopted = byName.entrySet()
			.stream()
			.filter((limit) -> !limit.getValue().context().isConfigured())
			.map(Map.Entry::getKey)
			.collect(Collectors.toUnmodifiableSet());
	}

	public synchronized void changeSyncInterval(long nanos) {
		this.syncIntervalNanos = nanos;
		all().forEach((limit) -> limit.context().changeSyncInterval(nanos));
	}

	long syncIntervalNanos() {
		return this.syncIntervalNanos;
	}

	/**
	 * The names of the limits that this member decides by.
	 */
	public Set<String> configured() {
		Set<String> names = new TreeSet<>(this.limits.keySet());
		names.removeAll(this.adopted);
		return Collections.unmodifiableSet(names);
	}

	public @Nullable LimitBuckets get(String name) {
		return this.limits.get(name);
	}

	public Optional<LimitBuckets> find(String name) {
		return Optional.ofNullable(get(name));
	}

	public Map<String, LimitBuckets> byName() {
		return this.limits;
	}

	public Collection<LimitBuckets> all() {
		return this.limits.values();
	}

	/**
	 * All buckets; safe to walk while they change.
	 */
	public Iterator<Bucket> buckets() {
		return new Chain<>(all().stream().map(LimitBuckets::all).toList());
	}

	public Optional<Bucket> bucket(BucketKey key) {
		return find(key.limit()).flatMap((limit) -> limit.find(key));
	}

	/**
	 * Has this member count what it spends from now on under births of the id that it has
	 * now.
	 */
	public void renewBirths(long now) {
		buckets().forEachRemaining((bucket) -> bucket.countUnder(this.members.nextBirth(), now));
	}

	/**
	 * Forgets a bucket that is dropped.
	 */
	public void forget(Bucket dropped) {
		find(dropped.key().limit()).ifPresent((limit) -> limit.forget(dropped));
	}

}
