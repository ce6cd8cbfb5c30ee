package io.openclaw.tokenbucket.replication;

/**
 * When a sync interval ends, and when half of one does: a dirty bucket waits at most half
 * an interval, and all else happens once a whole one. Mutable, confined to the
 * replicating thread.
 */
final class SyncIntervals {

	private long halfEndsAt;

	private boolean whole;

	/**
	 * Has half an interval end at a moment.
	 */
	void endHalfAt(long moment) {
		this.halfEndsAt = moment;
	}

	long halfEndsAt() {
		return this.halfEndsAt;
	}

	boolean isHalfOver(long now) {
		return now - this.halfEndsAt >= 0;
	}

	/**
	 * Begins another half. A paused process does not make up for those that it missed.
	 * @param nanos how long an interval is
	 * @return whether a whole interval is over
	 */
	boolean next(long nanos, long now) {
		this.halfEndsAt = now + nanos / 2;
		this.whole = !this.whole;
		return this.whole;
	}

}
