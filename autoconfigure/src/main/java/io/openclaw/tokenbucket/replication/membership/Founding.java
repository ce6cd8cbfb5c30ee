package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The founding of a fleet by a process that found none to join, together with all others
 * that wait. As a rule none of them knows anything. Where they waited for a fleet that is
 * gone, each may have been told other buckets by it. So they tell each other first:
 * otherwise some would spend what that fleet had spent. Mutable, confined to the
 * replicating thread.
 */
final class Founding {

	// The others notice within a second that the fleet is gone, and tell what they know.
	private static final int LEAST_INTERVALS = 3;

	// Whoever has not been told everything by then joins like anybody else.
	private static final int MOST_INTERVALS = 10;

	private boolean successor;

	private @Nullable Long since;

	/**
	 * A fleet is there.
	 */
	void onFleet() {
		this.successor = true;
		this.since = null;
	}

	/**
	 * Whether there was a fleet, and this process may know of it what others do not.
	 */
	boolean isSuccessor() {
		return this.successor;
	}

	/**
	 * Whether it is too early, since what is known of an earlier fleet may be on its way.
	 * @param others that wait as well
	 * @param told whether one of them has everything from this process
	 */
	boolean isTooEarly(List<Peer> others, Predicate<Peer> told, Duration syncInterval, long now) {
		if (!this.successor) {
			return false;
		}
		if (this.since == null) {
			this.since = now;
		}
		int intervals = others.stream().allMatch(told) ? LEAST_INTERVALS : MOST_INTERVALS;
		return now - this.since < intervals * syncInterval.toNanos();
	}

	/**
	 * Those to count from the beginning.
	 */
	List<Peer> founders(List<Peer> others, Predicate<Peer> told) {
		return this.successor ? others.stream().filter(told).toList() : others;
	}

}
