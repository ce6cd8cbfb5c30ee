package io.openclaw.tokenbucket.replication.gossip;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;

/**
 * Sends everything to peers that need it. The pace overruns neither a receiver that also
 * serves requests, nor the server on the way: a million buckets in ten seconds. Mutable,
 * confined to the replicating thread.
 */
public final class StateTransfer {

	private static final long NANOS_A_BYTE = 200;

	private final Membership membership;

	private final Outbox outbox;

	private final MessageComposer composer;

	private final MessageSender sender;

	private final Transfers transfers;

	private long nextPartAt;

	public StateTransfer(BucketStore store, Membership membership, Outbox outbox, MessageComposer composer,
			MessageSender sender, long now) {
		this.membership = membership;
		this.outbox = outbox;
		this.composer = composer;
		this.sender = sender;
		this.transfers = new Transfers(store);
		this.nextPartAt = now;
	}

	/**
	 * Begins to send everything to a peer, unless that is under way.
	 */
	public void start(Peer peer, long now) {
		this.transfers.start(peer, this.outbox.lastNumber(), now);
	}

	/**
	 * Begins to send everything to the peers that this member has to provide with it.
	 */
	public void sponsor(long now) {
		this.membership.peers()
			.stream()
			.filter((peer) -> this.membership.isSponsorOf(peer, now) && peer.delivery().outgoing().isDue(now))
			.forEach((peer) -> start(peer, now));
	}

	/**
	 * Begins at once to send everything to a joiner that receives everybody, where it is
	 * certain that this falls to this member: until then the joiner spends from what it
	 * does not know.
	 */
	public void welcome(Peer joiner, long now) {
		if (!joiner.isMember() && joiner.delivery().outgoing().isDue(now) && this.membership.isSponsorOf(joiner, now)
				&& this.membership.members()
					.stream()
					.allMatch((member) -> !member.isHeard() || joiner.receives(member.id()))) {
			start(joiner, now);
		}
	}

	/**
	 * When the next part is due; {@link Long#MAX_VALUE} from now if there is none.
	 * @return nanoseconds from now, possibly negative
	 */
	public long untilNextPart(long now) {
		return this.transfers.isEmpty() ? Long.MAX_VALUE : this.nextPartAt - now;
	}

	/**
	 * Sends a part if one is due.
	 */
	public void sendDue(long now) {
		if (untilNextPart(now) > 0) {
			return;
		}
		// First, so that a transport that throws is not asked again at once.
		this.nextPartAt = now + SendSchedule.SHORTEST_PAUSE_NANOS;
		this.transfers.next(now).ifPresent((part) -> {
			int bytes = this.sender.send(part.recipient(), this.composer.to(part.recipient(), part.transfer(), now));
			this.nextPartAt = now + Math.max(SendSchedule.SHORTEST_PAUSE_NANOS, bytes * NANOS_A_BYTE);
		});
	}

}
