package io.openclaw.tokenbucket.observability;

import java.util.Locale;
import java.util.Map;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Health of the upstreams as circuit breakers see them: {@link Status#UP} while all
 * circuits are closed, else {@link TokenBucketReplicationHealthIndicator#DEGRADED}. Never
 * down: restarting the gateway would not make an upstream faster.
 */
public class TokenBucketCircuitBreakersHealthIndicator implements HealthIndicator {

	private final LatencyCircuitBreakers breakers;

	/**
	 * Creates the indicator.
	 * @param breakers the circuit breakers
	 */
	public TokenBucketCircuitBreakersHealthIndicator(LatencyCircuitBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public Health health() {
		Map<String, CircuitState> states = this.breakers.states();
		boolean allClosed = states.values().stream().allMatch((state) -> state == CircuitState.CLOSED);
		Health.Builder health = Health.status(allClosed ? Status.UP : TokenBucketReplicationHealthIndicator.DEGRADED);
		states.forEach((route, state) -> health.withDetail(route, state.name().toLowerCase(Locale.ROOT)));
		return health.build();
	}

}
