package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

/**
 * Whether what this member publishes comes back to it, and so would reach others: from a
 * majority of the buses, since a joiner that is cut off with one of them must not take
 * itself for the whole fleet. Mutable, confined to the replicating thread.
 */
public final class Contact {

	private static final int INTERVALS = 3;

	private final long patienceNanos;

	private final BitSet echoed = new BitSet();

	private @Nullable Long since;

	public Contact(Duration syncInterval) {
		this.patienceNanos = syncInterval.multipliedBy(INTERVALS).toNanos();
	}

	/**
	 * An own message came back.
	 * @param bus over which bus
	 * @param buses how many there are
	 */
	public void onEcho(int bus, int buses, long now) {
		this.echoed.set(bus);
		if (this.since == null && this.echoed.cardinality() > buses / 2) {
			this.since = now;
		}
	}

	/**
	 * This process was paused: what others answered meanwhile may still lie ahead.
	 */
	public void startOver(long now) {
		this.since = (this.since != null) ? now : null;
	}

	public boolean isMade() {
		return this.since != null;
	}

	/**
	 * Whether there has been contact for so long that anybody there would have answered.
	 */
	public boolean isDue(long now) {
		return this.since != null && now - this.since >= this.patienceNanos;
	}

}
