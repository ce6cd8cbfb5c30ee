package io.openclaw.tokenbucket.observability.metrics;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.observability.FleetCensus;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.replication.port.BusStatus;

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
		for (FleetState state : FleetState.values()) {
			bindState(registry, state);
		}
		this.replication.current().buses().forEach((bus) -> bindBus(registry, bus.name()));
		TimeGauge
			.builder(TokenBucketMeterDocumentation.REPLICATION_LAG.getName(),
					() -> this.replication.current().lag().toNanos(), TimeUnit.NANOSECONDS)
			.description(TokenBucketMeterDocumentation.REPLICATION_LAG.description())
			.tags(this.tags.only())
			.register(registry);
	}

	// One series a state, as with every state in Prometheus: an alert names the state,
	// not
	// a number.
	private void bindState(MeterRegistry registry, FleetState state) {
		Gauge
			.builder(TokenBucketMeterDocumentation.FLEET_STATE.getName(),
					() -> (this.replication.current().state() == state) ? 1 : 0)
			.description(TokenBucketMeterDocumentation.FLEET_STATE.description())
			.tags(this.tags.and("state", state.name().toLowerCase(Locale.ROOT)))
			.register(registry);
	}

	private void bindBus(MeterRegistry registry, String name) {
		Gauge
			.builder(TokenBucketMeterDocumentation.BUS_CONNECTED.getName(),
					() -> bus(name).map(BusStatus::connected).orElse(false) ? 1 : 0)
			.description(TokenBucketMeterDocumentation.BUS_CONNECTED.description())
			.tags(this.tags.and("bus", name))
			.register(registry);
		FunctionCounter
			.builder(TokenBucketMeterDocumentation.FAILED_PUBLISHES.getName(), this,
					(metrics) -> metrics.bus(name).map(BusStatus::failedPublishes).orElse(0L))
			.description(TokenBucketMeterDocumentation.FAILED_PUBLISHES.description())
			.tags(this.tags.and("bus", name))
			.register(registry);
	}

	private Optional<BusStatus> bus(String name) {
		return this.replication.current().buses().stream().filter((bus) -> bus.name().equals(name)).findFirst();
	}

	private void bindMembers(MeterRegistry registry, String state, ToLongFunction<FleetCensus> count) {
		Gauge
			.builder(TokenBucketMeterDocumentation.MEMBERS.getName(),
					() -> count.applyAsLong(FleetCensus.of(this.replication.current())))
			.description(TokenBucketMeterDocumentation.MEMBERS.description())
			.tags(this.tags.and("state", state))
			.register(registry);
	}

}
