package io.openclaw.tokenbucket.replication.delivery;

import java.util.BitSet;

import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * All buckets of a peer, as they arrive in parts. Mutable, confined to the replicating
 * thread.
 */
public final class TransferIn {

	private final BitSet arrived = new BitSet();

	private long id;

	private long completed;

	/**
	 * The last transfer that arrived whole, zero if none did.
	 */
	public long completed() {
		return this.completed;
	}

	/**
	 * A part arrived.
	 * @return whether the transfer is now whole
	 */
	public boolean receive(Message.Transfer part) {
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
