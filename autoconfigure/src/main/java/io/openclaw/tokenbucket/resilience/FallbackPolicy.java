package io.openclaw.tokenbucket.resilience;

import java.time.Duration;

import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;

/**
 * The drift at which a limit falls back, and the part that a member may spend then.
 * Implementations must be thread-safe. They are called every second for each limit that
 * drifts.
 */
public interface FallbackPolicy {

	/**
	 * The threshold of drift. Fallback begins after drift has stayed above it for longer
	 * than the hold time. Fallback ends after drift has stayed below half of it for the
	 * hold time.
	 * @param limit the name of the limit
	 * @return a part of the capacity, positive; {@link Double#POSITIVE_INFINITY} for a
	 * limit that never falls back
	 */
	double driftThreshold(String limit);

	/**
	 * The time that drift must stay above the threshold, or below half of it.
	 * @param limit the name of the limit
	 * @return the hold time, not negative
	 */
	Duration hold(String limit);

	/**
	 * The part of a limit that a member may spend in fallback.
	 * @param limit the name of the limit
	 * @return the part of the limit
	 */
	FallbackQuota quota(String limit);

	/**
	 * A policy with the same values for every limit.
	 * @param driftThreshold a part of the capacity
	 * @param hold the hold time
	 * @param quota the part of the limit
	 * @return the policy
	 */
	static FallbackPolicy of(double driftThreshold, Duration hold, FallbackQuota quota) {
		return new UniformFallbackPolicy(driftThreshold, hold, quota);
	}

}
