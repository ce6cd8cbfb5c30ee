package io.openclaw.tokenbucket.limiter.limit;

import java.time.Duration;

/**
 * The settings of the fleet that the limiter needs. Immutable.
 *
 * @param replicationFactor members to reckon with before any has been heard, positive
 * @param syncInterval how often members exchange state, positive
 * @param maxKeys buckets held in memory before further keys of a limit share one,
 * positive
 */
public record LimiterSettings(int replicationFactor, Duration syncInterval, int maxKeys) {

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if any is not positive
	 */
	public LimiterSettings {
		if (replicationFactor <= 0 || maxKeys <= 0 || syncInterval.isZero() || syncInterval.isNegative()) {
			throw new IllegalArgumentException("settings must be positive");
		}
	}

}
