package io.openclaw.tokenbucket.resilience;

import java.time.Duration;

import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;

/**
 * The same for every limit. Immutable.
 */
record UniformFallbackPolicy(double threshold, Duration hold, FallbackQuota quota) implements FallbackPolicy {

	@Override
	public double driftThreshold(String limit) {
		return this.threshold;
	}

	@Override
	public Duration hold(String limit) {
		return this.hold;
	}

	@Override
	public FallbackQuota quota(String limit) {
		return this.quota;
	}

}
