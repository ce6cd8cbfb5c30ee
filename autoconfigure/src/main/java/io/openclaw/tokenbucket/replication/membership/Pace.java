package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;

/**
 * The pace at which members send. It bounds the messages that a member receives in any
 * fleet: of all others together 1,000 messages a second, and 250 while nothing happens.
 * Stateless.
 */
public final class Pace {

	// What a message to all costs those who send it, for each that receives it.
	private static final long NANOS_A_MESSAGE = Duration.ofMillis(1).toNanos();

	private static final long NANOS_A_HEARTBEAT = Duration.ofMillis(4).toNanos();

	// Three of them are the longest that a silent member may count as received.
	private static final long LONGEST_INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

	private Pace() {
	}

	/**
	 * How often a member sends at least.
	 * @param syncInterval as it is configured
	 * @param others members besides this one
	 */
	public static Duration interval(Duration syncInterval, int others) {
		long crowded = Math.min(LONGEST_INTERVAL_NANOS, others * NANOS_A_HEARTBEAT);
		return (crowded > syncInterval.toNanos()) ? Duration.ofNanos(crowded) : syncInterval;
	}

	/**
	 * The time between two messages to all, in the mean.
	 * @param others members besides this one
	 * @return nanoseconds
	 */
	public static long spacingNanos(int others) {
		return others * NANOS_A_MESSAGE;
	}

}
