package io.openclaw.tokenbucket.resilience;

import java.time.Duration;

import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;

/**
 * How much drift a limit bears, and what a member may spend where it is more. Must be
 * thread-safe; asked every second for each limit that drifts.
 */
public interface FallbackPolicy {

	/**
	 * Above which drift fallback begins, once it has stayed there for longer than the
	 * hold time. It ends once drift has stayed below half of it for the hold time.
	 * @param limit the name of the limit
	 * @return a part of the capacity, positive; {@link Double#POSITIVE_INFINITY} for a
	 * limit that never falls back
	 */
	double driftThreshold(String limit);

	/**
	 * How long drift must stay above the threshold, or below half of it.
	 * @param limit the name of the limit
	 * @return the hold time, not negative
	 */
	Duration hold(String limit);

	/**
	 * What a member may spend in fallback.
	 * @param limit the name of the limit
	 * @return the part of the limit
	 */
	FallbackQuota quota(String limit);

	/**
	 * The same for every limit.
	 * @param driftThreshold a part of the capacity
	 * @param hold the hold time
	 * @param quota the part of the limit
	 * @return the policy
	 */
	static FallbackPolicy of(double driftThreshold, Duration hold, FallbackQuota quota) {
		return new UniformFallbackPolicy(driftThreshold, hold, quota);
	}

}
