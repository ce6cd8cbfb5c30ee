package io.openclaw.tokenbucket.replication.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.SequenceRange;

/**
 * Repairs what peers lack: batches that they ask for, and everything where digests
 * differ. Confined to the replicating thread.
 */
public final class AntiEntropy {

	// So many messages at once: who lacks more asks again.
	private static final int BURST = 20;

	private final Membership membership;

	private final Outbox outbox;

	private final Digests digests;

	private final StateTransfer transfers;

	private final MessageComposer composer;

	private final MessageSender sender;

	private final ReplicationListener listener;

	public AntiEntropy(Membership membership, Outbox outbox, Digests digests, StateTransfer transfers,
			MessageComposer composer, MessageSender sender, ReplicationListener listener) {
		this.membership = membership;
		this.outbox = outbox;
		this.digests = digests;
		this.transfers = transfers;
		this.composer = composer;
		this.sender = sender;
		this.listener = listener;
	}

	/**
	 * Compares digests, and sends everything to a peer whose digest differs again and
	 * again. A joiner gets everything anyhow, and from one member.
	 */
	public void compare(Message message, Peer peer, long now) {
		boolean counted = this.membership.isMember() && peer.isMember();
		Long own = this.digests.digest(now);
		if (message.digest() == null || own == null || !counted || !peer.delivery().hasNoGap()) {
			return;
		}
		if (peer.delivery().differs(!own.equals(message.digest()))) {
			this.listener.onRepair();
			this.transfers.start(peer, now);
		}
	}

	/**
	 * What others published has been merged.
	 */
	public void onMerged(long now) {
		this.digests.onChange(now);
	}

	/**
	 * Sends batches again to a peer that lacks them; everything, if they are forgotten.
	 */
	public void sendAgain(Peer peer, List<SequenceRange> ranges, long now) {
		if (!peer.delivery().mayRepair(SendSchedule.SHORTEST_GAP.dividedBy(2), now)) {
			return;
		}
		List<Message.Batch> batches = new ArrayList<>();
		for (SequenceRange range : ranges) {
			if (batches.size() == BURST) {
				break;
			}
			Optional<List<Message.Batch>> again = this.outbox.again(range, BURST - batches.size(), now);
			if (again.isEmpty()) {
				this.transfers.start(peer, now);
				return;
			}
			batches.addAll(again.get());
		}
		batches.forEach((batch) -> {
			this.listener.onRepair();
			this.sender.send(peer, this.composer.to(peer, batch, now));
		});
	}

}
