package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;

/**
 * Spreads messages over time: each costs a while, and only a little of it may be spent in
 * advance. The generic cell rate algorithm (ITU-T I.371). Mutable, confined to the
 * replicating thread.
 */
final class SendBudget {

	private static final long ADVANCE_NANOS = Duration.ofMillis(20).toNanos();

	private long paidUntil;

	SendBudget(long now) {
		this.paidUntil = now;
	}

	/**
	 * When the next message may go.
	 * @return nanoseconds from now, possibly negative
	 */
	long untilNext(long now) {
		return this.paidUntil - ADVANCE_NANOS - now;
	}

	/**
	 * A message goes.
	 * @param cost how long it takes until another may, in the mean
	 */
	void spend(long cost, long now) {
		this.paidUntil = now + Math.max(0, this.paidUntil - now) + cost;
	}

}
