package io.openclaw.tokenbucket.observability.metrics;

import java.util.function.Supplier;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * Gauges of how far each limit drifts, and whether it is in fallback. Thread-safe.
 */
public class DriftMetrics extends MetersByLimit {

	private final DriftSource drift;

	private final NodeTags tags;

	/**
	 * Creates the gauges.
	 * @param limiter knows the limits
	 * @param drift tells how they drift
	 * @param tags which node measures
	 */
	public DriftMetrics(TokenBucketLimiter limiter, DriftSource drift, NodeTags tags) {
		super(limiter::limits);
		this.drift = drift;
		this.tags = tags;
		addLimits();
	}

	@Override
	void bind(MeterRegistry registry, String limit) {
		Tags tagged = this.tags.and("bucket", limit);
		Supplier<Number> excess = () -> MicroTokens.toTokens(this.drift.drift(limit).excess());
		gauge(registry, TokenBucketMeterDocumentation.DRIFT, tagged, excess);
		// The alias is read by dashboards that know of no node.
		gauge(registry, TokenBucketMeterDocumentation.DRIFT_ALIAS, Tags.of("bucket", limit), excess);
		gauge(registry, TokenBucketMeterDocumentation.DRIFT_RATIO, tagged, () -> this.drift.drift(limit).ratio());
		gauge(registry, TokenBucketMeterDocumentation.FALLBACK_ACTIVE, tagged,
				() -> this.drift.inFallback().contains(limit) ? 1 : 0);
	}

}
