package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.MembershipView;

/**
 * What happened since start, for those who look. Mutable, confined to the replicating
 * thread.
 */
final class Counts {

	private long lost;

	private long repairs;

	private long rejected;

	void onLost() {
		this.lost++;
	}

	void onRepair() {
		this.repairs++;
	}

	void onRejected() {
		this.rejected++;
	}

	ReplicationStatus status(MemberId self, ReplicationSettings settings, Membership membership, List<BusStatus> buses,
			MembershipView view, Outbox outbox, Duration lag, long now) {
		List<MemberStatus> members = membership.peers()
			.stream()
			.map((peer) -> status(peer, settings, outbox, now))
			.toList();
		return new ReplicationStatus(self, settings.region(), membership.standing(), view.state(), view.size(), members,
				buses, lag, this.lost, this.repairs, this.rejected);
	}

	private static MemberStatus status(Peer peer, ReplicationSettings settings, Outbox outbox, long now) {
		Duration age = peer.everReceived() ? Duration.ofNanos(now - peer.receivedAt()) : null;
		return new MemberStatus(peer.id(), peer.region(), peer.standing(),
				peer.isReceived(settings.syncInterval(), now), peer.isHeard(), age, peer.roundTrip(),
				outbox.lastNumber() - Math.min(peer.acknowledgedUpTo(), outbox.lastNumber()));
	}

}
