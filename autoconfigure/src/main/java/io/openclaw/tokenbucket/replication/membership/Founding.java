package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.List;

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
	private static final int INTERVALS_ONCE_ALL_ARE_EVEN = 3;

	// Whoever has not been told everything by then joins like anybody else.
	private static final int INTERVALS_TO_TELL = 10;

	// Whoever founds while it lacks what others know leads them to spend it again.
	private static final int INTERVALS_TO_BE_TOLD = 30;

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
	 * Somebody that waits as well tells what it knows of a fleet that is gone.
	 */
	void onHeir() {
		this.successor = true;
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
	 */
	boolean isTooEarly(List<Peer> others, Duration syncInterval, long now) {
		if (!this.successor) {
			return false;
		}
		if (this.since == null) {
			this.since = now;
		}
		return now - this.since < intervals(others) * syncInterval.toNanos();
	}

	private static int intervals(List<Peer> others) {
		if (!others.stream().allMatch((peer) -> peer.delivery().hasToldEverything())) {
			return INTERVALS_TO_BE_TOLD;
		}
		boolean even = others.stream().allMatch((peer) -> peer.delivery().hasEverything());
		return even ? INTERVALS_ONCE_ALL_ARE_EVEN : INTERVALS_TO_TELL;
	}

	/**
	 * Those to count from the beginning.
	 */
	List<Peer> founders(List<Peer> others) {
		return this.successor ? others.stream().filter((peer) -> peer.delivery().hasEverything()).toList() : others;
	}

}
