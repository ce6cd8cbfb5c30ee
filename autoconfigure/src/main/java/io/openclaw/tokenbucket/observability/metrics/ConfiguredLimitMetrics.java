package io.openclaw.tokenbucket.observability.metrics;

import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.MeterRegistry;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * Gauges of what is configured at this member, beside what the fleet follows: they differ
 * while a limit was changed at run time, or a deployment is under way. Thread-safe.
 */
public class ConfiguredLimitMetrics extends MetersByLimit {

	private final Supplier<Map<String, Limit>> configured;

	private final NodeTags tags;

	/**
	 * Creates the gauges of the limits that are configured now.
	 * @param configured the limits by name, as they are configured at any moment
	 * @param tags which node measures
	 */
	public ConfiguredLimitMetrics(Supplier<Map<String, Limit>> configured, NodeTags tags) {
		super(() -> configured.get().keySet());
		this.configured = configured;
		this.tags = tags;
		addLimits();
	}

	@Override
	void bind(MeterRegistry registry, String limit) {
		gauge(registry, limit, TokenBucketMeterDocumentation.CAPACITY_CONFIGURED,
				(policy) -> MicroTokens.toTokens(policy.capacity()));
		gauge(registry, limit, TokenBucketMeterDocumentation.REFILL_RATE_CONFIGURED,
				(policy) -> policy.refillRate().tokensPerSecond());
	}

	private void gauge(MeterRegistry registry, String name, TokenBucketMeterDocumentation meter,
			ToDoubleFunction<Limit> value) {
		gauge(registry, meter, this.tags.and("bucket", name), () -> {
			Limit limit = this.configured.get().get(name);
			return (limit != null) ? value.applyAsDouble(limit) : Double.NaN;
		});
	}

}
