package io.openclaw.tokenbucket.replication.membership;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;

/**
 * The rank of this process among those with its node id, of which only the newest is
 * counted. Mutable, confined to the replicating thread.
 */
final class Succession {

	private final MemberId self;

	private boolean everMember;

	private boolean replaced;

	private @Nullable Long outranked;

	Succession(MemberId self) {
		this.self = self;
	}

	static boolean isNewer(MemberId one, MemberId other) {
		return one.node().equals(other.node()) && one.incarnation() > other.incarnation();
	}

	/**
	 * This process is counted.
	 */
	void onMember() {
		this.everMember = true;
	}

	/**
	 * Whether nobody listens to this process any more, nor reckons with what it spends.
	 */
	boolean isReplaced() {
		return this.replaced;
	}

	/**
	 * The number that this process must rise above; {@code null} if its own will do.
	 */
	@Nullable Long outranked() {
		return this.outranked;
	}

	/**
	 * A process lives.
	 */
	void detectReplacement(MemberId id) {
		this.replaced |= isNewer(id, this.self);
	}

	/**
	 * A process is listed by somebody who is counted.
	 */
	void read(MemberId id, Listing listing) {
		if (outranks(id, listing)) {
			this.outranked = (this.outranked != null) ? Math.max(this.outranked, id.incarnation()) : id.incarnation();
		}
	}

	// One that said goodbye is gone. One that is not received may be the later process,
	// unless this one is new.
	private boolean outranks(MemberId id, Listing listing) {
		if (!id.node().equals(this.self.node())) {
			return false;
		}
		return (listing.standing() == Standing.LEAVING) ? id.incarnation() >= this.self.incarnation()
				: !this.everMember && !listing.received() && isNewer(id, this.self);
	}

}
