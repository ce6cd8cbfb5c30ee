package io.openclaw.tokenbucket.observability.metrics;

import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * How plans are looked up.
 */
public final class PlanMetrics implements MeterBinder {

	private final Map<String, LongSupplier> lookups;

	private final LongSupplier unknown;

	private final IntSupplier fileKeys;

	private final BooleanSupplier fileValid;

	private final NodeTags tags;

	/**
	 * Creates the binder.
	 * @param lookups counts of lookups by their result
	 * @param unknown count of requests under a plan that there is not
	 * @param fileKeys how many keys the file of plans lists
	 * @param fileValid whether what is in it is followed
	 * @param tags which node measures
	 */
	public PlanMetrics(Map<String, LongSupplier> lookups, LongSupplier unknown, IntSupplier fileKeys,
			BooleanSupplier fileValid, NodeTags tags) {
		this.lookups = Map.copyOf(lookups);
		this.unknown = unknown;
		this.fileKeys = fileKeys;
		this.fileValid = fileValid;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.lookups.forEach((result, count) -> register(registry, TokenBucketMeterDocumentation.PLAN_LOOKUPS, count,
				this.tags.and("result", result)));
		register(registry, TokenBucketMeterDocumentation.PLAN_UNKNOWN, this.unknown, this.tags.only());
		register(registry, TokenBucketMeterDocumentation.PLAN_FILE_KEYS, this.fileKeys::getAsInt);
		register(registry, TokenBucketMeterDocumentation.PLAN_FILE_VALID, () -> this.fileValid.getAsBoolean() ? 1 : 0);
	}

	private void register(MeterRegistry registry, TokenBucketMeterDocumentation meter, Supplier<Number> value) {
		Gauge.builder(meter.getName(), value)
			.description(meter.description())
			.tags(this.tags.only())
			.register(registry);
	}

	private static void register(MeterRegistry registry, TokenBucketMeterDocumentation meter, LongSupplier count,
			Tags tags) {
		FunctionCounter.builder(meter.getName(), count, LongSupplier::getAsLong)
			.description(meter.description())
			.tags(tags)
			.register(registry);
	}

}
