package io.openclaw.tokenbucket.observability.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;

/**
 * Gauges of what is configured at this member, beside what the fleet follows: they differ
 * while a limit was changed at run time, or a deployment is under way. Thread-safe.
 */
public class ConfiguredLimitMetrics implements MeterBinder {

	private final Supplier<Map<String, Limit>> configured;

	private final NodeTags tags;

	private final Set<String> limits = new TreeSet<>();

	private final List<MeterRegistry> registries = new ArrayList<>();

	/**
	 * Creates the gauges of the limits that are configured now.
	 * @param configured the limits by name, as they are configured at any moment
	 * @param tags which node measures
	 */
	public ConfiguredLimitMetrics(Supplier<Map<String, Limit>> configured, NodeTags tags) {
		this.configured = configured;
		this.tags = tags;
		addLimits();
	}

	/**
	 * Adds the gauges of limits that were added since.
	 */
	public final synchronized void addLimits() {
		for (String limit : this.configured.get().keySet()) {
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
		gauge(registry, limit, TokenBucketMeters.CAPACITY_CONFIGURED,
				(policy) -> MicroTokens.toTokens(policy.capacity()));
		gauge(registry, limit, TokenBucketMeters.REFILL_RATE_CONFIGURED,
				(policy) -> policy.refillRate().tokensPerSecond());
	}

	private void gauge(MeterRegistry registry, String name, TokenBucketMeters meter, ToDoubleFunction<Limit> value) {
		Gauge.builder(meter.getName(), () -> {
			Limit limit = this.configured.get().get(name);
			return (limit != null) ? value.applyAsDouble(limit) : Double.NaN;
		}).description(meter.description()).tags(this.tags.and("bucket", name)).register(registry);
	}

}
