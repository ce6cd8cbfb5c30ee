package io.openclaw.tokenbucket.limiter.adaptive;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How the refill rate of a limit follows its upstream at this member. Immutable.
 *
 * @param phase what becomes of the rate
 * @param applied whether buckets refill at the rate; {@code false} if it is only shown
 * @param factor of the configured rate, from the floor to 1
 * @param floor the least factor
 * @param step how many times the members agreed on a factor
 * @param usualLatency how long answers take to begin without congestion; {@code null}
 * while that is not known
 */
public record AdaptiveStatus(Phase phase, boolean applied, double factor, double floor, long step,
		@Nullable Duration usualLatency) {

	/**
	 * Whether the rate stays whatever the upstream does.
	 * @return whether the phase is {@link Phase#FROZEN}
	 */
	public boolean isFrozen() {
		return this.phase == Phase.FROZEN;
	}

	/**
	 * What becomes of the rate.
	 */
	public enum Phase {

		/** It is as configured, or grows towards that. */
		GROWING,

		/** The upstream is congested: the rate follows what it answers. */
		CONGESTED,

		/** It stays, since a member is not heard or has not said what it saw. */
		FROZEN

	}

}
