package io.openclaw.tokenbucket.limiter.adaptive;

import java.util.List;

import io.openclaw.tokenbucket.limiter.bucket.ActiveLimit;

/**
 * How a limit's refill rate follows its upstream. Immutable.
 *
 * @param limits the names of the limits whose rates follow: the limit itself, and those
 * that other quotas of it go by
 * @param floor the least factor of the configured rate, in millionths, positive and at
 * most {@link ActiveLimit#WHOLE}
 * @param applied whether buckets refill at the rate; {@code false} if it is only shown
 */
public record AdaptiveRefill(List<String> limits, long floor, boolean applied) {

	/**
	 * Copies what is passed.
	 * @throws IllegalArgumentException if the floor is out of range
	 */
	public AdaptiveRefill {
		if (floor <= 0 || floor > ActiveLimit.WHOLE) {
			throw new IllegalArgumentException("the floor must be positive and at most a whole: " + floor);
		}
		limits = List.copyOf(limits);
	}

}
