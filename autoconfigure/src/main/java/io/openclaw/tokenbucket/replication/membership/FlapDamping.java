package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;

/**
 * How long a member that was lost stays lost at least. The first time it may return at
 * once. One that is lost again soon after its return waits twice as long each time, but
 * no more than five seconds. Each loss and each return is work for every bucket of this
 * member: without the wait, members that are too busy to hear each other would be busier
 * with it each time. Mutable, confined to the replicating thread.
 * <p>
 * Routers damp routes that come and go for the same reason (RFC 2439).
 */
final class FlapDamping {

	private static final long STEADY_NANOS = Duration.ofSeconds(10).toNanos();

	private static final int MOST_DOUBLINGS = 4;

	// Joiners, folds and rates wait until all are heard.
	private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(5).toNanos();

	private long lostAt;

	private long returnedAt;

	private int flaps;

	private boolean everLost;

	/**
	 * The member is lost now.
	 */
	void onLoss(long now) {
		boolean soon = this.everLost && now - this.returnedAt < STEADY_NANOS;
		this.flaps = soon ? this.flaps + 1 : 0;
		this.lostAt = now;
		this.everLost = true;
	}

	/**
	 * The member is heard again, or for the first time.
	 */
	void onReturn(long now) {
		this.returnedAt = now;
	}

	/**
	 * Whether the member may count as heard.
	 * @param bound how long it may be silent and still count as heard
	 */
	boolean mayReturn(long bound, long now) {
		return this.flaps == 0
				|| now - this.lostAt >= Math.min(bound << Math.min(this.flaps - 1, MOST_DOUBLINGS), LONGEST_WAIT_NANOS);
	}

}
