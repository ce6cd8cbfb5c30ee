package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.MembershipView;

/**
 * Who is in the fleet: who is counted, who waits to be, who is gone. N is what anybody
 * who is counted has listed and nobody has removed, never who can be seen now. Mutable,
 * confined to the replicating thread.
 */
final class Membership {

	private final MemberId self;

	private ReplicationSettings settings;

	private final Map<MemberId, Peer> peers = new TreeMap<>();

	private final Departed departed;

	private Standing standing = Standing.JOINING;

	private boolean founder;

	private boolean replaced;

	private boolean everMember;

	private boolean recalls;

	private @Nullable Long outranked;

	Membership(MemberId self, ReplicationSettings settings) {
		this.self = self;
		this.settings = settings;
		this.departed = new Departed(self);
	}

	/**
	 * Goes on with other settings.
	 */
	void change(ReplicationSettings newSettings) {
		this.settings = newSettings;
	}

	Standing standing() {
		return this.standing;
	}

	boolean isMember() {
		return this.standing == Standing.MEMBER;
	}

	Collection<Peer> peers() {
		return this.peers.values();
	}

	List<Peer> members() {
		return this.peers.values().stream().filter(Peer::isMember).toList();
	}

	boolean isKnown(MemberId id) {
		return this.peers.containsKey(id);
	}

	/**
	 * Whether there are more processes than any fleet has, so that one more cannot be
	 * met: this member could list no more.
	 */
	boolean isFullFor(MemberId id) {
		return this.peers.size() >= MessageCodec.MOST_PEERS && !this.peers.containsKey(id);
	}

	/**
	 * Whether a process began to speak that does not know that its number is too low.
	 */
	boolean drainRecalls() {
		boolean news = this.recalls;
		this.recalls = false;
		return news;
	}

	/**
	 * What such processes must know of their nodes.
	 */
	List<Message.PeerReport> recalled(long now) {
		return this.departed.recalled(now)
			.stream()
			.filter((id) -> !this.peers.containsKey(id))
			.map((id) -> new Message.PeerReport(id, Standing.LEAVING, false, 0, List.of(), 0, 0, 0))
			.toList();
	}

	/**
	 * The number that this process must rise above to be counted; {@code null} if its own
	 * will do. Peers remember a process of its node that is gone, and had a higher one.
	 */
	@Nullable Long outranked() {
		return this.outranked;
	}

	/**
	 * The sender of a message, who is met now if it is new.
	 * @return the peer, empty if it is gone and must be ignored
	 */
	Optional<Peer> meet(Message message, long now) {
		MemberId id = message.sender();
		if (isReplaced(id)) {
			this.recalls |= message.standing() != Standing.LEAVING && !id.node().equals(this.self.node())
					&& this.departed.recall(id, now);
			return Optional.empty();
		}
		if (this.departed.isRepeated(message)) {
			return Optional.empty();
		}
		heed(id);
		if (message.standing() == Standing.LEAVING) {
			bury(id);
			return Optional.empty();
		}
		buryOlderIncarnations(id);
		boolean stranger = this.departed.takeBack(id);
		Peer peer = this.peers.computeIfAbsent(id, (unknown) -> new Peer(id, Standing.JOINING, now));
		boolean claimsMembership = message.standing() == Standing.MEMBER;
		if (claimsMembership && !stranger && (!isMember() || !peer.everReceived())) {
			peer.become(Standing.MEMBER);
		}
		if (!peer.everReceived()) {
			boolean bothCounted = isMember() && claimsMembership;
			peer.begin(bothCounted ? 0 : lastBefore(message));
			if (bothCounted && peer.isMember()) {
				peer.needEverything();
			}
		}
		return Optional.of(peer);
	}

	/**
	 * Reads the list that a peer sent. Only lists of those that are counted count.
	 * @param countedBefore whether the peer counted this member until now
	 */
	void readList(Message message, Peer sender, boolean countedBefore, long now) {
		if (!sender.isMember()) {
			return;
		}
		// A number that is higher, but of a process that has ended, replaces nobody.
		message.peers().stream().filter(Message.PeerReport::received).forEach((report) -> heed(report.id()));
		if (this.replaced) {
			return;
		}
		message.peers().stream().filter(this::outranks).forEach((report) -> {
			long above = report.id().incarnation();
			this.outranked = (this.outranked != null) ? Math.max(this.outranked, above) : above;
		});
		for (Message.PeerReport report : message.peers()) {
			if (report.standing() == Standing.MEMBER && !report.id().equals(this.self)) {
				count(report.id(), now);
			}
		}
		if (!isMember() && sender.countsMeAs() == Standing.MEMBER) {
			this.standing = Standing.MEMBER;
			this.everMember = true;
			return;
		}
		if (isMember() && countedBefore && sender.countsMeAs() == Standing.JOINING) {
			this.standing = Standing.JOINING;
		}
	}

	/**
	 * Counts those who have this member's state, if it hears everybody.
	 */
	void promote(long now) {
		if (!isMember() || !members().stream().allMatch(Peer::isHeard)) {
			return;
		}
		List<Peer> ready = this.peers.values()
			.stream()
			.filter((peer) -> !peer.isMember() && isMutual(peer, now) && peer.outgoing().isComplete()
					&& peer.hasNoGap())
			.toList();
		ready.forEach((peer) -> peer.become(Standing.MEMBER));
	}

	/**
	 * Founds a fleet with those who wait as well, if there is nobody to join.
	 */
	void found(long now) {
		if (this.replaced || isMember() || !members().isEmpty()) {
			return;
		}
		this.standing = Standing.MEMBER;
		this.everMember = true;
		this.founder = true;
		this.peers.values()
			.stream()
			.filter((peer) -> isMutual(peer, now))
			.forEach((peer) -> peer.become(Standing.MEMBER));
	}

	/**
	 * Whether this member has ever founded a fleet, since it found nobody to join.
	 */
	boolean isFounder() {
		return this.founder;
	}

	/**
	 * Says goodbye.
	 */
	void leave() {
		this.standing = Standing.LEAVING;
	}

	/**
	 * Whether it falls to this member to send a peer everything: to each, if both were
	 * counted before they met; else to the smallest of those that the peer receives.
	 */
	boolean isSponsorOf(Peer peer) {
		if (!isMember() || !peer.receivesMe()) {
			return false;
		}
		return peer.lacksEverything() || (!peer.isMember() && members().stream()
			.filter((member) -> member.isHeard() && peer.receives(member.id()))
			.noneMatch((member) -> member.id().compareTo(this.self) < 0));
	}

	/**
	 * Forgets those who waited to be counted and fell silent.
	 */
	void forgetSilent(long now) {
		List<Peer> silent = this.peers.values()
			.stream()
			.filter((peer) -> !peer.isMember() && now - peer.receivedAt() > this.settings.memberTimeout().toNanos())
			.toList();
		silent.forEach(this.departed::forget);
		this.peers.values().removeAll(silent);
	}

	/**
	 * Removes a member that was silent for too long. If it is ever received again, it has
	 * to join again.
	 */
	void remove(MemberId id) {
		Peer removed = this.peers.remove(id);
		if (removed != null) {
			this.departed.remove(removed);
		}
	}

	/**
	 * The members as admission sees them. A process that has no contact at all is counted
	 * as one of as many as there should be, and has its share until it meets somebody.
	 * @param contact whether this process reaches anybody
	 */
	MembershipView view(Outbox outbox, boolean contact, long now) {
		Duration sync = this.settings.syncInterval();
		List<MembershipView.Peer> members = new ArrayList<>();
		for (Peer peer : this.peers.values()) {
			MembershipView.Peer view = peer.view(sync, outbox.oldestSentAfter(peer.acknowledgedUpTo()),
					() -> company(peer, now), now);
			if (peer.isMember()) {
				members.add(view);
			}
		}
		if (isMember()) {
			return MembershipView.member(this.self, members.size() + 1, members, relayed(), now);
		}
		int fleetSize = Math.max(this.settings.replicationFactor(), members.size() + 1);
		if (this.replaced) {
			return MembershipView.replaced(this.self, fleetSize, now);
		}
		return contact ? MembershipView.joining(this.self, fleetSize, now)
				: MembershipView.member(this.self, fleetSize, members, Set.of(), now);
	}

	private boolean isMutual(Peer peer, long now) {
		return peer.receivesMe() && peer.isReceived(this.settings.syncInterval(), now);
	}

	private Set<MemberId> company(Peer peer, long now) {
		Duration sync = this.settings.syncInterval();
		if (!peer.isReceived(sync, now)) {
			return Set.of();
		}
		return members().stream()
			.filter((other) -> other != peer && other.isReceived(sync, now))
			.filter((other) -> peer.receives(other.id()) && other.receives(peer.id()))
			.map(Peer::id)
			.collect(Collectors.toUnmodifiableSet());
	}

	private Set<MemberId> relayed() {
		Set<MemberId> relayed = new HashSet<>();
		List<Peer> members = members();
		for (Peer of : members) {
			for (Peer to : members) {
				if (to != of && to.isHeard() && !to.receives(of.id())) {
					relayed.add(of.id());
				}
			}
		}
		return relayed;
	}

	// Nobody listens to this process any more, nor reckons with what it spends.
	private void heed(MemberId id) {
		if (isNewer(id, this.self)) {
			this.replaced = true;
			this.standing = Standing.JOINING;
		}
	}

	// One that said goodbye is gone. One that is not received may be the later process,
	// unless this one is new.
	private boolean outranks(Message.PeerReport report) {
		MemberId id = report.id();
		if (!id.node().equals(this.self.node())) {
			return false;
		}
		return (report.standing() == Standing.LEAVING) ? id.incarnation() >= this.self.incarnation()
				: !this.everMember && !report.received() && isNewer(id, this.self);
	}

	private void count(MemberId id, long now) {
		if (isReplaced(id) || this.departed.isRemoved(id) || isFullFor(id)) {
			return;
		}
		buryOlderIncarnations(id);
		this.peers.computeIfAbsent(id, (unknown) -> new Peer(id, Standing.MEMBER, now)).become(Standing.MEMBER);
	}

	private void buryOlderIncarnations(MemberId id) {
		this.peers.keySet().stream().filter((known) -> isNewer(id, known)).toList().forEach(this::bury);
	}

	private void bury(MemberId id) {
		this.departed.bury(id);
		this.peers.remove(id);
	}

	private boolean isReplaced(MemberId id) {
		return this.departed.isBuried(id) || this.peers.keySet().stream().anyMatch((known) -> isNewer(known, id));
	}

	private static boolean isNewer(MemberId one, MemberId other) {
		return one.node().equals(other.node()) && one.incarnation() > other.incarnation();
	}

	private static long lastBefore(Message message) {
		return (message.batch() != null) ? message.batch().numbers().first() - 1 : message.lastBatch();
	}

}
