package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Settings of replication. Immutable.
 *
 * @param region where this member runs; {@code null} if not configured
 * @param replicationFactor members to reckon with before any has been heard, positive
 * @param syncInterval how often members exchange state, positive
 * @param memberTimeout after which a silent member is removed, longer than three sync
 * intervals
 * @param signing how messages are signed
 */
public record ReplicationSettings(@Nullable String region, int replicationFactor, Duration syncInterval,
		Duration memberTimeout, MessageSigning signing) {

	/**
	 * Creates settings.
	 * @throws IllegalArgumentException if any is out of range
	 */
	public ReplicationSettings {
		if (replicationFactor <= 0 || syncInterval.isZero() || syncInterval.isNegative()
				|| memberTimeout.compareTo(syncInterval.multipliedBy(3)) <= 0) {
			throw new IllegalArgumentException(
					"settings must be positive, and memberTimeout longer than 3 syncIntervals");
		}
	}

	/**
	 * Creates settings under which nothing is signed.
	 * @param region where this member runs; {@code null} if not configured
	 * @param replicationFactor members to reckon with before any has been heard, positive
	 * @param syncInterval how often members exchange state, positive
	 * @param memberTimeout after which a silent member is removed, longer than three sync
	 * intervals
	 * @throws IllegalArgumentException if any is out of range
	 */
	public ReplicationSettings(@Nullable String region, int replicationFactor, Duration syncInterval,
			Duration memberTimeout) {
		this(region, replicationFactor, syncInterval, memberTimeout, MessageSigning.NONE);
	}

	/**
	 * The same with another interval.
	 * @param newInterval how often members exchange state
	 * @return the settings
	 */
	public ReplicationSettings withSyncInterval(Duration newInterval) {
		return new ReplicationSettings(this.region, this.replicationFactor, newInterval, this.memberTimeout,
				this.signing);
	}

}
