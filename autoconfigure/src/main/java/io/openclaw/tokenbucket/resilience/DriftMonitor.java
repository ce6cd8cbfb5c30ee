package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.DriftListener;

/**
 * Measures drift, and has a limit fall back while one of its buckets drifts for longer
 * than it should. A bucket is judged by itself, over one window after the other: what an
 * honest member spends beyond the rules, because news takes time, is over within a window
 * or two, however many buckets there are. Thread-safe.
 */
public final class DriftMonitor implements DriftListener, DriftSource {

	private static final Log logger = LogFactory.getLog(DriftMonitor.class);

	static final long FORGET_NANOS = Duration.ofSeconds(30).toNanos();

	// So many are reason enough; a flood of forged counts must not fill the memory.
	private static final int MOST_WATCHED = 10_000;

	private final BucketStore store;

	private final FallbackPolicy policy;

	private final NanoClock clock;

	private final Collection<FallbackListener> listeners;

	private final Map<String, LimitDrift> limits = new HashMap<>();

	private final Map<BucketKey, Watch> watched = new HashMap<>();

	private volatile Set<String> inFallback = Set.of();

	/**
	 * Creates a monitor and has the store tell it of drift.
	 * @param store the buckets
	 * @param policy how much drift is borne
	 * @param clock the clock of the store
	 * @param listeners are told of changes
	 */
	public DriftMonitor(BucketStore store, FallbackPolicy policy, NanoClock clock,
			Collection<? extends FallbackListener> listeners) {
		this.store = store;
		this.policy = policy;
		this.clock = clock;
		this.listeners = List.copyOf(listeners);
		store.reportDriftTo(this);
	}

	@Override
	public synchronized void onWindow(BucketKey bucket, Limit limit, long excess, long sinceNanos, long now) {
		double ratio = ratio(limit, excess, now - sinceNanos);
		this.limits.computeIfAbsent(bucket.limit(), (name) -> new LimitDrift(bucket, now))
			.add(bucket, excess, ratio, sinceNanos, now);
		Watch watch = this.watched.get(bucket);
		if (watch == null && this.watched.size() < MOST_WATCHED && ratio > this.policy.driftThreshold(bucket.limit())) {
			watch = new Watch(bucket, this.policy);
			this.watched.put(bucket, watch);
		}
		if (watch != null && !watch.follow(ratio, now - sinceNanos, now)) {
			this.watched.remove(bucket);
		}
	}

	@Override
	public void onTick(long now) {
		List<FallbackChanged> changes = followWatched(now);
		changes.forEach((change) -> apply(change, now));
		changes.forEach(this::tell);
	}

	@Override
	public synchronized Drift drift(String limit) {
		LimitDrift drift = this.limits.get(limit);
		return (drift != null)
				? new Drift(drift.excess(), drift.ratio(this.clock.nanoTime()), this.inFallback.contains(limit))
				: Drift.NONE;
	}

	@Override
	public Set<String> inFallback() {
		return this.inFallback;
	}

	private void apply(FallbackChanged change, long now) {
		if (change.active()) {
			this.store.changes().fallBack(change.limit(), this.policy.quota(change.limit()));
		}
		else {
			this.store.changes().recover(change.limit(), now);
		}
	}

	private void tell(FallbackChanged change) {
		for (FallbackListener listener : this.listeners) {
			try {
				listener.onFallbackChange(change);
			}
			catch (RuntimeException ex) {
				logger.warn("A FallbackListener failed on " + change, ex);
			}
		}
	}

	// Of a bucket that refills faster than in a window, what is underway is more than its
	// capacity.
	private static double ratio(Limit limit, long excess, long nanos) {
		double refilled = limit.refillRate().tokensPerSecond() * MicroTokens.PER_TOKEN * nanos / 1e9;
		return excess / Math.max(limit.capacity(), refilled);
	}

	private synchronized List<FallbackChanged> followWatched(long now) {
		this.watched.values().removeIf((watch) -> watch.isQuiet(now));
		Set<String> drifting = this.watched.values()
			.stream()
			.filter(Watch::isDrifting)
			.map(Watch::limit)
			.collect(Collectors.toUnmodifiableSet());
		Set<String> before = this.inFallback;
		if (drifting.equals(before)) {
			return List.of();
		}
		this.inFallback = drifting;
		List<FallbackChanged> changes = new ArrayList<>();
		Set<String> concerned = new TreeSet<>(before);
		concerned.addAll(drifting);
		for (String limit : concerned) {
			boolean active = drifting.contains(limit);
			if (active != before.contains(limit)) {
				LimitDrift drift = this.limits.get(limit);
				changes.add(new FallbackChanged(limit, active, (drift != null) ? drift.ratio(now) : 0));
			}
		}
		return changes;
	}

}
