package io.openclaw.tokenbucket.observability;

import java.util.Set;
import java.util.TreeSet;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * Health of the budget: {@link Status#UP} while no limit is in fallback, so while others
 * spend what the rules allow them, else
 * {@link TokenBucketReplicationHealthIndicator#DEGRADED}. A gateway that hears nobody is
 * up: it spends its share. A health group that maps this status to HTTP 503 tells an
 * experiment when to stop.
 */
public class TokenBucketDriftHealthIndicator implements HealthIndicator {

	private final DriftSource drift;

	/**
	 * Creates the indicator.
	 * @param drift tells which limits are in fallback
	 */
	public TokenBucketDriftHealthIndicator(DriftSource drift) {
		this.drift = drift;
	}

	@Override
	public Health health() {
		Set<String> inFallback = new TreeSet<>(this.drift.inFallback());
		return Health.status(inFallback.isEmpty() ? Status.UP : TokenBucketReplicationHealthIndicator.DEGRADED)
			.withDetail("limitsInFallback", inFallback)
			.build();
	}

}
