package io.openclaw.tokenbucket.replication;

import java.util.BitSet;

/**
 * All buckets of a peer, as they arrive in parts. Mutable, confined to the replicating
 * thread.
 */
final class TransferIn {

	private final BitSet arrived = new BitSet();

	private long id;

	private long completed;

	/**
	 * The last transfer that arrived whole, zero if none did.
	 */
	long completed() {
		return this.completed;
	}

	/**
	 * A part arrived.
	 * @return whether the transfer is now whole
	 */
	boolean receive(Message.Transfer part) {
		// Numbers grow: one that was recorded must not discard what arrived since.
		if (part.id() < this.id) {
			return part.id() == this.completed;
		}
		if (part.id() > this.id) {
			this.id = part.id();
			this.arrived.clear();
		}
		this.arrived.set(part.part());
		if (this.arrived.cardinality() == part.parts()) {
			this.completed = part.id();
		}
		return this.completed == part.id();
	}

}
