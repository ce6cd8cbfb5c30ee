package io.openclaw.tokenbucket.observability.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * Gauges of how far each limit drifts, and whether it is in fallback. Thread-safe.
 */
public class DriftMetrics implements MeterBinder {

	private final TokenBucketLimiter limiter;

	private final DriftSource drift;

	private final NodeTags tags;

	private final Set<String> limits = new TreeSet<>();

	private final List<MeterRegistry> registries = new ArrayList<>();

	/**
	 * Creates the gauges.
	 * @param limiter knows the limits
	 * @param drift tells how they drift
	 * @param tags which node measures
	 */
	public DriftMetrics(TokenBucketLimiter limiter, DriftSource drift, NodeTags tags) {
		this.limiter = limiter;
		this.drift = drift;
		this.tags = tags;
		addLimits();
	}

	/**
	 * Adds the gauges of limits that were added since.
	 */
	public final synchronized void addLimits() {
		for (String limit : this.limiter.limits()) {
			if (this.limits.add(limit)) {
				this.registries.forEach((registry) -> bind(registry, limit));
			}
		}
	}

	@Override
	public synchronized void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		this.limits.forEach((limit) -> bind(registry, limit));
	}

	private void bind(MeterRegistry registry, String limit) {
		Tags tagged = this.tags.and("bucket", limit);
		Supplier<Number> excess = () -> MicroTokens.toTokens(this.drift.drift(limit).excess());
		gauge(registry, TokenBucketMeters.DRIFT, tagged, excess);
		// The alias is read by dashboards that know of no node.
		gauge(registry, TokenBucketMeters.DRIFT_ALIAS, Tags.of("bucket", limit), excess);
		gauge(registry, TokenBucketMeters.DRIFT_RATIO, tagged, () -> this.drift.drift(limit).ratio());
		gauge(registry, TokenBucketMeters.FALLBACK_ACTIVE, tagged,
				() -> this.drift.inFallback().contains(limit) ? 1 : 0);
	}

	private static void gauge(MeterRegistry registry, TokenBucketMeters meter, Tags tags, Supplier<Number> value) {
		Gauge.builder(meter.getName(), value).description(meter.description()).tags(tags).register(registry);
	}

}
