package io.openclaw.tokenbucket.observability.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.observability.FleetCensus;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;

/**
 * Gauges of the fleet as this member sees it. Thread-safe.
 */
public class FleetMetrics implements MeterBinder {

	private final ReplicationStatusSource replication;

	private final NodeTags tags;

	/**
	 * Creates the gauges.
	 * @param replication tells how replication stands
	 * @param tags which node measures
	 */
	public FleetMetrics(ReplicationStatusSource replication, NodeTags tags) {
		this.replication = replication;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		bindMembers(registry, "heard", FleetCensus::heard);
		bindMembers(registry, "unheard", FleetCensus::unheard);
		bindMembers(registry, "joining", FleetCensus::joining);
		bindMembers(registry, "leaving", FleetCensus::leaving);
		TimeGauge
			.builder("openclaw.crdt.replication.lag", () -> this.replication.current().lag().toNanos(),
					TimeUnit.NANOSECONDS)
			.description("Age of the oldest spending here that some heard member has not acknowledged")
			.tags(this.tags.only())
			.register(registry);
	}

	private void bindMembers(MeterRegistry registry, String state, ToLongFunction<FleetCensus> count) {
		Gauge.builder("openclaw.crdt.members", () -> count.applyAsLong(FleetCensus.of(this.replication.current())))
			.description("Members of the fleet as seen from here, this one included")
			.tags(this.tags.and("state", state))
			.register(registry);
	}

}
