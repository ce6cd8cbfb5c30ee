package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

/**
 * Who is in the fleet: who is counted, who waits to be, who is gone. N is what anybody
 * who is counted has listed and nobody has removed, never who can be seen now. Mutable,
 * confined to the replicating thread.
 */
public final class Membership {

	private final MemberId self;

	private final Supplier<ReplicationSettings> settings;

	private final Map<MemberId, Peer> peers = new TreeMap<>();

	private final Tombstones tombstones;

	private final Relays relays = new Relays();

	private Standing standing = Standing.JOINING;

	private boolean founder;

	private boolean everMember;

	private boolean replaced;

	private boolean recalls;

	private @Nullable Long outranked;

	// As of the last change of peers or their standing.
	private @Nullable List<Peer> members;

	public Membership(MemberId self, Supplier<ReplicationSettings> settings) {
		this.self = self;
		this.settings = settings;
		this.tombstones = new Tombstones(self);
	}

	public Standing standing() {
		return this.standing;
	}

	public boolean isMember() {
		return this.standing == Standing.MEMBER;
	}

	public Collection<Peer> peers() {
		return this.peers.values();
	}

	/**
	 * The peers that are counted, in order.
	 */
	public List<Peer> members() {
		List<Peer> counted = this.members;
		if (counted == null) {
			counted = this.peers.values().stream().filter(Peer::isMember).toList();
			this.members = counted;
		}
		return counted;
	}

	/**
	 * Whether there are more processes than any fleet has, so that one more cannot be
	 * met: this member could list no more.
	 */
	public boolean isFullFor(MemberId id) {
		return this.peers.size() >= MessageCodec.MAX_PEERS && !this.peers.containsKey(id);
	}

	/**
	 * Whether a process began to speak that does not know that its number is too low.
	 */
	public boolean drainRecalls() {
		boolean news = this.recalls;
		this.recalls = false;
		return news;
	}

	/**
	 * What such processes must know of their nodes.
	 */
	public List<Message.PeerReport> recalled(long now) {
		return this.tombstones.recalled(now)
			.stream()
			.filter((id) -> !this.peers.containsKey(id))
			.map((id) -> new Message.PeerReport(id, Standing.LEAVING, false, 0, List.of(), 0, 0, 0))
			.toList();
	}

	/**
	 * The number that this process must rise above to be counted; {@code null} if its own
	 * will do. Peers remember a process of its node that is gone, and had a higher one.
	 */
	public @Nullable Long outranked() {
		return this.outranked;
	}

	/**
	 * The sender of a message, who is met now if it is new.
	 * @return the peer, empty if it is gone and must be ignored
	 */
	public Optional<Peer> meet(Message message, long now) {
		MemberId id = message.sender();
		if (isReplaced(id)) {
			this.recalls |= message.standing() != Standing.LEAVING && !id.node().equals(this.self.node())
					&& this.tombstones.recall(id, now);
			return Optional.empty();
		}
		if (this.tombstones.isRepeated(message)) {
			return Optional.empty();
		}
		detectReplacement(id);
		if (message.standing() == Standing.LEAVING) {
			bury(id);
			return Optional.empty();
		}
		boolean stranger = this.tombstones.readmit(id);
		Peer peer = known(id, Standing.JOINING, now);
		boolean claimsMembership = message.standing() == Standing.MEMBER;
		boolean met = peer.failures().everReceived();
		if (claimsMembership && !stranger && (!isMember() || !met)) {
			become(peer, Standing.MEMBER);
		}
		if (!met) {
			boolean bothCounted = isMember() && claimsMembership;
			peer.delivery().begin(bothCounted ? 0 : lastBefore(message));
			if (bothCounted && peer.isMember()) {
				peer.needEverything();
			}
		}
		return Optional.of(peer);
	}

	/**
	 * Takes in what a message of a peer says of others.
	 * @param published the last batch of this member
	 * @param stamp what this member would stamp on a message now
	 */
	public void receive(Message message, Peer sender, long published, long stamp, long now) {
		boolean countedBefore = sender.countedMe();
		if (sender.receive(message, this.self, published, stamp, now)) {
			this.relays.invalidate();
		}
		readList(message, sender, countedBefore, now);
	}

	// Only lists of those that are counted count.
	private void readList(Message message, Peer sender, boolean countedBefore, long now) {
		if (!sender.isMember()) {
			return;
		}
		// A number that is higher, but of a process that has ended, replaces nobody.
		message.peers()
			.stream()
			.filter(Message.PeerReport::received)
			.forEach((report) -> detectReplacement(report.id()));
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
			becomeMember();
			return;
		}
		if (isMember() && countedBefore && sender.countsMeAs() == Standing.JOINING) {
			this.standing = Standing.JOINING;
		}
	}

	/**
	 * Counts those who have this member's state, if it hears everybody.
	 */
	public void promote(long now) {
		if (!isMember() || !members().stream().allMatch(Peer::isHeard)) {
			return;
		}
		List<Peer> ready = this.peers.values()
			.stream()
			.filter((peer) -> !peer.isMember() && isMutual(peer, now) && peer.delivery().outgoing().isComplete()
					&& peer.delivery().hasNoGap())
			.toList();
		ready.forEach((peer) -> become(peer, Standing.MEMBER));
	}

	/**
	 * Founds a fleet with those who wait as well, if there is nobody to join.
	 */
	public void found(long now) {
		if (this.replaced || isMember() || !members().isEmpty()) {
			return;
		}
		becomeMember();
		this.founder = true;
		this.peers.values()
			.stream()
			.filter((peer) -> isMutual(peer, now))
			.forEach((peer) -> become(peer, Standing.MEMBER));
	}

	/**
	 * Whether this member has ever founded a fleet, since it found nobody to join.
	 */
	public boolean isFounder() {
		return this.founder;
	}

	/**
	 * Says goodbye.
	 */
	public void leave() {
		this.standing = Standing.LEAVING;
	}

	/**
	 * Whether it falls to this member to send a peer everything: to each, if both were
	 * counted before they met; else to the smallest of those that the peer receives.
	 */
	public boolean isSponsorOf(Peer peer) {
		if (!isMember() || !peer.failures().receivesMe()) {
			return false;
		}
		return peer.lacksEverything() || (!peer.isMember() && members().stream()
			.filter((member) -> member.isHeard() && peer.receives(member.id()))
			.noneMatch((member) -> member.id().compareTo(this.self) < 0));
	}

	/**
	 * Forgets those who waited to be counted and fell silent.
	 */
	public void forgetSilent(long now) {
		long timeout = this.settings.get().memberTimeout().toNanos();
		List<Peer> silent = this.peers.values()
			.stream()
			.filter((peer) -> !peer.isMember() && now - peer.failures().receivedAt() > timeout)
			.toList();
		silent.forEach((peer) -> {
			this.tombstones.forget(peer);
			drop(peer.id());
		});
	}

	/**
	 * Removes a member that was silent for too long. If it is ever received again, it has
	 * to join again.
	 */
	public void remove(MemberId id) {
		Peer removed = drop(id);
		if (removed != null) {
			this.tombstones.remove(removed);
		}
	}

	/**
	 * The members as admission sees them. A process that has no contact at all is counted
	 * as one of as many as there should be, and has its share until it meets somebody.
	 * @param contact whether this process reaches anybody
	 */
	public MembershipView view(Outbox outbox, boolean contact, long now) {
		Duration sync = this.settings.get().syncInterval();
		List<MembershipView.Peer> views = new ArrayList<>();
		for (Peer peer : this.peers.values()) {
			boolean heardBefore = peer.isHeard();
			MembershipView.Peer view = peer.view(sync, outbox.oldestSentAfter(peer.delivery().acknowledgedUpTo()),
					() -> company(peer, now), now);
			if (peer.isHeard() != heardBefore) {
				this.relays.invalidate();
			}
			if (peer.isMember()) {
				views.add(view);
			}
		}
		if (isMember()) {
			return MembershipView.member(this.self, views.size() + 1, views, this.relays.among(members()), now);
		}
		int fleetSize = Math.max(this.settings.get().replicationFactor(), views.size() + 1);
		if (this.replaced) {
			return MembershipView.replaced(this.self, fleetSize, now);
		}
		if (isRefused()) {
			return MembershipView.refused(this.self, fleetSize, now);
		}
		return contact ? MembershipView.joining(this.self, fleetSize, now)
				: MembershipView.member(this.self, fleetSize, views, Set.of(), now);
	}

	// Those who have a secret do not even read what this process says, and never count
	// it.
	private boolean isRefused() {
		return !members().isEmpty() && this.settings.get().signing().lacksSecretOfOthers()
				&& this.peers.values().stream().noneMatch((peer) -> peer.failures().receivesMe());
	}

	private boolean isMutual(Peer peer, long now) {
		return peer.failures().receivesMe() && peer.isReceived(this.settings.get().syncInterval(), now);
	}

	private Set<MemberId> company(Peer peer, long now) {
		Duration sync = this.settings.get().syncInterval();
		if (!peer.isReceived(sync, now)) {
			return Set.of();
		}
		return members().stream()
			.filter((other) -> other != peer && other.isReceived(sync, now))
			.filter((other) -> peer.receives(other.id()) && other.receives(peer.id()))
			.map(Peer::id)
			.collect(Collectors.toUnmodifiableSet());
	}

	private void becomeMember() {
		this.standing = Standing.MEMBER;
		this.everMember = true;
	}

	// Nobody listens to this process any more, nor reckons with what it spends.
	private void detectReplacement(MemberId id) {
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
		Peer counted = this.peers.get(id);
		if (counted == null) {
			if (isReplaced(id) || this.tombstones.isRemoved(id) || isFullFor(id)) {
				return;
			}
			counted = known(id, Standing.MEMBER, now);
		}
		become(counted, Standing.MEMBER);
	}

	// Who is known is the newest of its node.
	private Peer known(MemberId id, Standing as, long now) {
		Peer known = this.peers.get(id);
		if (known == null) {
			this.peers.keySet().stream().filter((other) -> isNewer(id, other)).toList().forEach(this::bury);
			known = new Peer(id, as, now);
			this.peers.put(id, known);
			invalidate();
		}
		return known;
	}

	private void become(Peer peer, Standing newStanding) {
		if (peer.standing() != newStanding) {
			peer.become(newStanding);
			invalidate();
		}
	}

	private void bury(MemberId id) {
		this.tombstones.bury(id);
		drop(id);
	}

	private @Nullable Peer drop(MemberId id) {
		Peer dropped = this.peers.remove(id);
		if (dropped != null) {
			invalidate();
		}
		return dropped;
	}

	private void invalidate() {
		this.members = null;
		this.relays.invalidate();
	}

	private boolean isReplaced(MemberId id) {
		return this.tombstones.isBuried(id) || (!this.peers.containsKey(id)
				&& this.peers.keySet().stream().anyMatch((known) -> isNewer(known, id)));
	}

	private static boolean isNewer(MemberId one, MemberId other) {
		return one.node().equals(other.node()) && one.incarnation() > other.incarnation();
	}

	private static long lastBefore(Message message) {
		return (message.batch() != null) ? message.batch().numbers().first() - 1 : message.lastBatch();
	}

	/**
	 * Members whose spending some heard member does not receive directly. Worked out anew
	 * only after who receives whom has changed: it takes the square of the members.
	 */
	private static final class Relays {

		private @Nullable Set<MemberId> relayed;

		void invalidate() {
			this.relayed = null;
		}

		Set<MemberId> among(List<Peer> members) {
			Set<MemberId> known = this.relayed;
			if (known == null) {
				known = new HashSet<>();
				for (Peer of : members) {
					for (Peer to : members) {
						if (to != of && to.isHeard() && !to.receives(of.id())) {
							known.add(of.id());
						}
					}
				}
				this.relayed = known;
			}
			return known;
		}

	}

}
