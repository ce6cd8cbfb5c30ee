package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.gossip.CountingListener;
import io.openclaw.tokenbucket.replication.membership.FailureDetector;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * Reports changes of the fleet, and keeps the status of replication for readers. Confined
 * to the replicating thread, except for {@link #status}.
 */
final class FleetObserver {

	private final Supplier<ReplicationSettings> settings;

	private final CountingListener listener;

	private FleetState state = FleetState.JOINING;

	private @Nullable MembershipChanged members;

	private volatile ReplicationStatus status;

	FleetObserver(Supplier<ReplicationSettings> settings, CountingListener listener, MembershipView view,
			List<BusStatus> buses) {
		this.settings = settings;
		this.listener = listener;
		this.status = new ReplicationStatus(view.self(), settings.get().region(), Standing.JOINING, view.state(),
				view.size(), List.of(), buses, Duration.ZERO, 0, 0, 0);
	}

	/**
	 * Replication as it was when it was described last.
	 */
	ReplicationStatus status() {
		return this.status;
	}

	/**
	 * This process begins to join.
	 */
	void onStart(MembershipView view) {
		this.state = view.state();
	}

	/**
	 * Members were looked at.
	 * @param describing describes how replication stands: who is told that members
	 * changed may ask for the whole of it
	 */
	void onView(MembershipView view, Runnable describing) {
		FleetState before = this.state;
		this.state = view.state();
		if (before != this.state) {
			this.listener.onStateChange(before, this.state);
		}
		MembershipChanged changed = new MembershipChanged(view.state(), view.size(), view.heard());
		if (!changed.equals(this.members)) {
			this.members = changed;
			describing.run();
			this.listener.onMembershipChange(changed);
		}
	}

	/**
	 * Describes how replication stands.
	 */
	void describe(Membership membership, Outbox outbox, MembershipView view, List<BusStatus> buses, Duration lag,
			long now) {
		List<MemberStatus> described = membership.peers()
			.stream()
			.map((peer) -> describe(peer, membership.interval(), outbox, now))
			.toList();
		this.status = new ReplicationStatus(view.self(), this.settings.get().region(), membership.standing(),
				view.state(), view.size(), described, buses, lag, this.listener.lost(), this.listener.repairs(),
				this.listener.rejected());
	}

	private MemberStatus describe(Peer peer, Duration interval, Outbox outbox, long now) {
		FailureDetector failures = peer.failures();
		Duration age = failures.everReceived() ? Duration.ofNanos(now - failures.receivedAt()) : null;
		return new MemberStatus(peer.id(), peer.region(), peer.standing(), peer.isReceived(interval, now),
				peer.isHeard(), age, failures.roundTrip(),
				Math.max(0, outbox.lastNumber() - peer.delivery().acknowledgedUpTo()));
	}

}
