package io.openclaw.tokenbucket.observability.metrics;

import java.util.Map;
import java.util.function.LongSupplier;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * How plans are looked up.
 */
public final class PlanMetrics implements MeterBinder {

	private final Map<String, LongSupplier> lookups;

	private final LongSupplier unknown;

	private final NodeTags tags;

	/**
	 * Creates the binder.
	 * @param lookups counts of lookups by their result
	 * @param unknown count of requests under a plan that there is not
	 * @param tags which node measures
	 */
	public PlanMetrics(Map<String, LongSupplier> lookups, LongSupplier unknown, NodeTags tags) {
		this.lookups = Map.copyOf(lookups);
		this.unknown = unknown;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.lookups.forEach((result, count) -> register(registry, TokenBucketMeters.PLAN_LOOKUPS, count,
				this.tags.and("result", result)));
		register(registry, TokenBucketMeters.PLAN_UNKNOWN, this.unknown, this.tags.only());
	}

	private static void register(MeterRegistry registry, TokenBucketMeters meter, LongSupplier count, Tags tags) {
		FunctionCounter.builder(meter.getName(), count, LongSupplier::getAsLong)
			.description(meter.description())
			.tags(tags)
			.register(registry);
	}

}
