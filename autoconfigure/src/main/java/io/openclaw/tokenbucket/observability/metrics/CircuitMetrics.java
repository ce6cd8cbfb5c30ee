package io.openclaw.tokenbucket.observability.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Shows the circuits of routes: 0 is closed, 1 half-open, 2 open. A route with a circuit
 * appears when it is configured, and not only with its first request.
 */
public class CircuitMetrics implements MeterBinder {

	private final LatencyCircuitBreakers breakers;

	private final NodeTags tags;

	/**
	 * Creates the binder.
	 * @param breakers the circuit breakers
	 * @param tags which node measures
	 */
	public CircuitMetrics(LatencyCircuitBreakers breakers, NodeTags tags) {
		this.breakers = breakers;
		this.tags = tags;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.breakers.onCreated((route, breaker) -> Gauge
			.builder(TokenBucketMeterDocumentation.CIRCUIT_STATE.getName(), breaker, CircuitMetrics::value)
			.description(TokenBucketMeterDocumentation.CIRCUIT_STATE.description())
			.tags(this.tags.and("route", route))
			.register(registry));
	}

	private static double value(LatencyCircuitBreaker breaker) {
		return breaker.state().ordinal();
	}

}
