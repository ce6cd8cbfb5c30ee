package io.openclaw.tokenbucket.replication;

import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.gossip.CountingListener;
import io.openclaw.tokenbucket.replication.gossip.Gossip;
import io.openclaw.tokenbucket.replication.membership.Contact;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.membership.Presence;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * The part of this process in the fleet under one id, from the beginning of its joining.
 * Confined to the replicating thread.
 */
final class Participation {

	private static final long NONE = Long.MAX_VALUE;

	private final MemberId id;

	private final Supplier<ReplicationSettings> settings;

	private final Membership membership;

	private final Outbox outbox;

	private final Gossip gossip;

	private final Presence presence;

	private final Contact contact;

	private boolean counted;

	Participation(MemberId id, BucketStore store, ReplicationTransport transport,
			Supplier<ReplicationSettings> settings, NanoClock clock, CountingListener listener) {
		this.id = id;
		this.settings = settings;
		this.membership = new Membership(id, settings);
		this.outbox = new Outbox(store);
		this.gossip = new Gossip(store, transport, settings, clock, this.membership, this.outbox, listener);
		this.presence = new Presence(id, transport, settings.get().memberTimeout());
		this.contact = new Contact(settings.get().syncInterval());
	}

	MemberId id() {
		return this.id;
	}

	Membership membership() {
		return this.membership;
	}

	Outbox outbox() {
		return this.outbox;
	}

	Gossip gossip() {
		return this.gossip;
	}

	Contact contact() {
		return this.contact;
	}

	/**
	 * Whether others count this process now and did not when this was asked last.
	 */
	boolean isNewlyCounted() {
		boolean before = this.counted;
		this.counted = this.membership.isMember();
		return this.counted && !before;
	}

	/**
	 * The members as admission sees them now.
	 */
	MembershipView view(long now) {
		boolean contacted = this.contact.isMade() || !this.membership.peers().isEmpty();
		return this.membership.view(this.outbox, contacted, now);
	}

	/**
	 * As if there were contact, which there was under an earlier id.
	 */
	MembershipView joiningView(long now) {
		return this.membership.view(this.outbox, true, now);
	}

	/**
	 * Has buckets know what all that are heard have acknowledged.
	 */
	void acknowledge(BucketStore store, long now) {
		long byHeard = NONE;
		for (Peer peer : this.membership.members()) {
			byHeard = peer.isHeard() ? Math.min(byHeard, peer.delivery().acknowledgedUpTo()) : byHeard;
		}
		if (byHeard != NONE) {
			this.outbox.acknowledgedByHeard(byHeard, now);
		}
		long byAll = NONE;
		for (Peer peer : this.membership.peers()) {
			byAll = Math.min(byAll, peer.delivery().acknowledgedUpTo());
		}
		if (byAll != NONE) {
			this.outbox.acknowledgedByAll(byAll, now);
		}
		else if (this.membership.isMember()) {
			store.acknowledgeAlone(now);
			this.outbox.acknowledgedByAll(this.outbox.lastNumber(), now);
		}
	}

	/**
	 * Ends a sync interval: forgets who fell silent, counts who may be counted, and
	 * begins to send everything to those who need it.
	 * @param later runs what follows from an answer
	 */
	void tick(Consumer<EventLoop.Task> later, long now) {
		this.membership.forgetSilent(now);
		if (this.contact.isDue(now)) {
			this.membership.found(now);
		}
		this.membership.promote(now);
		this.gossip.transfers().sponsor(now);
		checkPresence(later, now);
	}

	// Looks for signs of life if that is due, and removes who shows none and is silent.
	private void checkPresence(Consumer<EventLoop.Task> later, long now) {
		if (!this.presence.isDue(now)) {
			return;
		}
		Set<MemberId> members = this.membership.members().stream().map(Peer::id).collect(Collectors.toSet());
		this.presence.check(members, now, (present) -> later.accept((then) -> {
			Set<MemberId> faded = this.presence.faded(members, present, then);
			this.membership.members()
				.stream()
				.filter((peer) -> faded.contains(peer.id()) && !peer.isReceived(this.membership.interval(), then))
				.forEach((peer) -> this.membership.remove(peer.id()));
		}));
	}

	/**
	 * How long any member may be silent and still count as received.
	 */
	long longestBoundNanos() {
		return this.membership.members()
			.stream()
			.mapToLong((peer) -> peer.failures().boundNanos(this.membership.interval()))
			.max()
			.orElse(0);
	}

}
