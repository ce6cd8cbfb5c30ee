package io.openclaw.tokenbucket.observability.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus;
import io.openclaw.tokenbucket.limiter.limit.Deviation;

/**
 * Gauges of each limit: its settings, how many keys it has, how far its buckets are
 * depleted and how many requests ask. Thread-safe.
 */
public class BucketMetrics extends MetersByLimit {

	private final TokenBucketLimiter limiter;

	private final NodeTags tags;

	private final DecisionMetrics decisions;

	private final NanoClock clock;

	private final Map<String, LowestLevel> lowest = new HashMap<>();

	private final Map<String, RequestRate> rates = new HashMap<>();

	/**
	 * Creates the gauges of the limits that there are now.
	 * @param limiter what is measured
	 * @param decisions counts the requests of the same limits
	 * @param tags which node measures
	 * @param clock measures the time between readings
	 */
	public BucketMetrics(TokenBucketLimiter limiter, DecisionMetrics decisions, NodeTags tags, NanoClock clock) {
		super(limiter::limits);
		this.limiter = limiter;
		this.decisions = decisions;
		this.tags = tags;
		this.clock = clock;
		addLimits();
	}

	@Override
	void begin(String limit) {
		this.decisions.register(limit);
		this.lowest.put(limit, new LowestLevel(() -> this.limiter.drainLowestLevel(limit), this.clock));
		this.rates.put(limit, new RequestRate(() -> this.decisions.decided(limit), this.clock));
	}

	@Override
	void bind(MeterRegistry registry, String limit) {
		bindLevel(registry, limit, Objects.requireNonNull(this.lowest.get(limit)));
		bindRate(registry, limit, Objects.requireNonNull(this.rates.get(limit)));
		bindSettings(registry, limit);
	}

	private void bindLevel(MeterRegistry registry, String limit, LowestLevel level) {
		// Below zero there is nothing either.
		Supplier<Number> tokens = () -> Math.max(0, MicroTokens.toTokens(level.read()));
		gauge(registry, TokenBucketMeterDocumentation.TOKENS_CURRENT, tagged(limit), tokens);
		gauge(registry, TokenBucketMeterDocumentation.TOKENS_AVAILABLE, untagged(limit), tokens);
		gauge(registry, TokenBucketMeterDocumentation.DEPLETION_RATE, tagged(limit),
				() -> depletion(limit(limit).capacity(), level.read()));
	}

	private void bindRate(MeterRegistry registry, String limit, RequestRate rate) {
		gauge(registry, TokenBucketMeterDocumentation.REQUESTS_PER_SECOND, tagged(limit), rate::perSecond);
		gauge(registry, TokenBucketMeterDocumentation.REQUEST_RATE, untagged(limit), rate::perSecond);
	}

	private void bindSettings(MeterRegistry registry, String limit) {
		gauge(registry, TokenBucketMeterDocumentation.CAPACITY, tagged(limit),
				() -> MicroTokens.toTokens(limit(limit).capacity()));
		gauge(registry, TokenBucketMeterDocumentation.REFILL_RATE, tagged(limit),
				() -> limit(limit).refillRate().tokensPerSecond());
		gauge(registry, TokenBucketMeterDocumentation.REFILL_FACTOR, tagged(limit),
				() -> this.limiter.adaptive().status(limit).map(AdaptiveStatus::factor).orElse(1.0));
		gauge(registry, TokenBucketMeterDocumentation.REFILL_FROZEN, tagged(limit),
				() -> this.limiter.adaptive().status(limit).filter(AdaptiveStatus::isFrozen).isPresent() ? 1 : 0);
		gauge(registry, TokenBucketMeterDocumentation.CONFIGURATION_FOLLOWED, tagged(limit),
				() -> (this.limiter.deviation(limit) == Deviation.NONE) ? 1 : 0);
		gauge(registry, TokenBucketMeterDocumentation.RESERVATIONS_OPEN, tagged(limit),
				() -> this.limiter.openReservations(limit));
		gauge(registry, TokenBucketMeterDocumentation.KEYS_ACTIVE, tagged(limit), () -> this.limiter.activeKeys(limit));
		FunctionCounter
			.builder(TokenBucketMeterDocumentation.OVERFLOW.getName(), this.limiter,
					(limiter) -> limiter.overflowed(limit))
			.description(TokenBucketMeterDocumentation.OVERFLOW.description())
			.tags(tagged(limit))
			.register(registry);
	}

	private static double depletion(long capacity, long lowestLevel) {
		return Math.min(1, Math.max(0, 1 - (double) lowestLevel / capacity));
	}

	private Tags tagged(String limit) {
		return this.tags.and("bucket", limit);
	}

	// The aliases are read by dashboards that know of no node.
	private Tags untagged(String limit) {
		return Tags.of("bucket", limit);
	}

	private Limit limit(String limit) {
		return this.limiter.policy(limit).limit();
	}

}
