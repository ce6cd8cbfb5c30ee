package io.openclaw.tokenbucket.observability.metrics;

import java.util.function.LongSupplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.persistence.SnapshotStore;

/**
 * Gauges of what buckets take, in memory and where they outlive the processes.
 * Thread-safe.
 */
public class StateMetrics implements MeterBinder {

	private final LongSupplier memory;

	private final LongSupplier snapshots;

	private final NodeTags tags;

	/**
	 * Creates the gauges.
	 * @param store the buckets in memory
	 * @param snapshots the buckets that outlive the processes
	 * @param tags which node measures
	 */
	public StateMetrics(BucketStore store, SnapshotStore snapshots, NodeTags tags) {
		this.memory = store::estimatedBytes;
		this.snapshots = snapshots::bytes;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		bind(registry, "memory", this.memory);
		bind(registry, "redis", this.snapshots);
	}

	private void bind(MeterRegistry registry, String store, LongSupplier bytes) {
		Gauge.builder(TokenBucketMeterDocumentation.STATE.getName(), bytes::getAsLong)
			.baseUnit(TokenBucketMeterDocumentation.STATE.getBaseUnit())
			.description(TokenBucketMeterDocumentation.STATE.description())
			.tags(this.tags.and("store", store))
			.register(registry);
	}

}
