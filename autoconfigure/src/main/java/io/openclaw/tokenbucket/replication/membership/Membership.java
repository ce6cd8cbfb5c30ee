package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * The members of the fleet: those counted, those that wait, those that are gone. N counts
 * all members that any counted member has listed and nobody has removed. It does not
 * depend on which ones can be seen now. Mutable, confined to the replicating thread.
 */
public final class Membership {

	private final MemberId self;

	private final Supplier<ReplicationSettings> settings;

	private final KnownProcesses peers;

	private final Succession succession;

	private final MembershipViews views;

	private final Founding founding = new Founding();

	private Standing standing = Standing.JOINING;

	private boolean founder;

	private long version;

	public Membership(MemberId self, Supplier<ReplicationSettings> settings) {
		this.self = self;
		this.settings = settings;
		this.peers = new KnownProcesses(self, this::invalidate);
		this.succession = new Succession(self);
		this.views = new MembershipViews(self, settings, this);
	}

	public Standing standing() {
		return this.standing;
	}

	/**
	 * The longest pause between messages of this member, and of the others that it knows.
	 */
	public Duration interval() {
		return Pace.interval(this.settings.get().syncInterval(), members().size());
	}

	public boolean isMember() {
		return this.standing == Standing.MEMBER;
	}

	public Collection<Peer> peers() {
		return this.peers.all();
	}

	/**
	 * A process that is known; {@code null} if it is not.
	 */
	public @Nullable Peer peer(MemberId id) {
		return this.peers.get(id);
	}

	boolean isReplaced() {
		return this.succession.isReplaced();
	}

	/**
	 * The peers that are counted, in order.
	 */
	public List<Peer> members() {
		return this.peers.members();
	}

	/**
	 * All other processes that are known.
	 */
	public KnownProcesses known() {
		return this.peers;
	}

	/**
	 * The incarnation that this process must exceed to be counted; {@code null} if its
	 * own is high enough. Peers remember an ended process of its node with a higher one.
	 */
	public @Nullable Long outranked() {
		return this.succession.outranked();
	}

	/**
	 * Finds the sender of a message, or adds it if it is new.
	 * @return the peer, empty if it is gone and must be ignored
	 */
	public Optional<Peer> meet(Message message, long now) {
		MemberId id = message.sender();
		if (this.peers.isOfThePast(message, now)) {
			return Optional.empty();
		}
		detectReplacement(id);
		if (message.standing() == Standing.LEAVING) {
			this.peers.bury(id);
			return Optional.empty();
		}
		boolean stranger = this.peers.readmit(id);
		Peer peer = this.peers.meet(id, now);
		boolean claimsMembership = message.standing() == Standing.MEMBER;
		boolean met = peer.failures().everReceived();
		if (claimsMembership && !stranger && (!isMember() || !met)) {
			this.peers.count(peer);
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
	 * Reads what a message of a peer says about others.
	 * @param published the last batch of this member
	 * @param stamp the stamp of a message that this member would send now
	 */
	public void receive(Message message, Peer sender, long published, long stamp, long now) {
		boolean countedBefore = sender.countedMe();
		if (!sender.isHeard()) {
			this.views.onNews();
		}
		if (sender.receive(message, this.self, published, stamp, now)) {
			this.views.invalidate();
		}
		// Only the lists of counted members matter.
		if (!sender.isMember() || sender.isUnreadable()) {
			return;
		}
		onFleet();
		readRoster(sender, now);
		if (!isMember() && !isReplaced() && sender.countsMeAs() == Standing.MEMBER) {
			becomeMember();
		}
		else if (isMember() && countedBefore && sender.countsMeAs() == Standing.JOINING) {
			stand(Standing.JOINING);
		}
	}

	/**
	 * A peer sends what it has. If it waits as well, a fleet that is gone told it.
	 */
	public void onTransfer(Peer sender) {
		if (!isMember() && !sender.isMember()) {
			this.founding.onHeir();
		}
	}

	private void onFleet() {
		this.founding.onFleet();
		if (!isMember()) {
			this.peers.all()
				.stream()
				.filter((peer) -> !peer.isMember())
				.forEach((peer) -> peer.delivery().outgoing().startOver());
		}
	}

	private void readRoster(Peer sender, long now) {
		sender.readRoster(this.version, (roster) -> {
			// A higher incarnation of a process that has ended replaces nobody.
			roster.forEach((id, listing) -> {
				if (listing.received()) {
					detectReplacement(id);
				}
			});
			if (!isReplaced()) {
				roster.forEach((id, listing) -> {
					this.succession.read(id, listing);
					if (listing.standing() == Standing.MEMBER && !id.equals(this.self)) {
						this.peers.count(id, now);
					}
				});
			}
		});
	}

	/**
	 * Counts processes that have this member's state, if it hears everybody.
	 */
	public void promote(long now) {
		if (!isMember() || !members().stream().allMatch(Peer::isHeard)) {
			return;
		}
		List<Peer> ready = this.peers.all()
			.stream()
			.filter((peer) -> !peer.isMember() && isMutual(peer, now) && peer.delivery().hasEverything())
			.toList();
		ready.forEach((peer) -> this.peers.count(peer));
	}

	/**
	 * Founds a fleet with all others that wait, if there is no fleet to join.
	 */
	public void found(long now) {
		if (isReplaced() || isMember() || !members().isEmpty()) {
			return;
		}
		List<Peer> others = this.peers.all().stream().filter((peer) -> isMutual(peer, now)).toList();
		if (this.founding.isTooEarly(others, interval(), now)) {
			return;
		}
		becomeMember();
		this.founder = true;
		this.founding.founders(others).forEach((peer) -> this.peers.count(peer));
	}

	/**
	 * Whether this member founded a fleet, because it found none to join.
	 */
	public boolean isFounder() {
		return this.founder;
	}

	/**
	 * Says goodbye.
	 */
	public void leave() {
		stand(Standing.LEAVING);
	}

	/**
	 * Whether this member sends everything to a peer. If both were counted before they
	 * met, each sends to the other. Otherwise the smallest member that the peer receives
	 * sends. Whoever waits for members that have all fallen silent sends what it has of
	 * them to the others that wait.
	 */
	public boolean isSponsorOf(Peer peer, long now) {
		if (!peer.failures().receivesMe()) {
			return false;
		}
		if (!isMember()) {
			return this.founding.isSuccessor() && !peer.isMember()
					&& members().stream().noneMatch((member) -> member.isReceived(interval(), now));
		}
		return peer.lacksEverything() || (!peer.isMember() && members().stream()
			.filter((member) -> member.isHeard() && peer.receives(member.id()))
			.noneMatch((member) -> member.id().compareTo(this.self) < 0));
	}

	/**
	 * Forgets waiting processes that fell silent.
	 */
	public void forgetSilent(long now) {
		this.peers.forgetSilent(this.settings.get().memberTimeout().toNanos(), now);
	}

	/**
	 * Removes a member that was silent for too long. If it is received again, it has to
	 * join again.
	 */
	public void remove(MemberId id) {
		this.peers.remove(id);
	}

	/**
	 * The shortest round trip to a member that is heard, as of the last view; zero if
	 * none was measured.
	 */
	public long nearestRoundTripNanos() {
		return this.views.nearestRoundTripNanos();
	}

	/**
	 * Whether the view of the members may have changed noticeably.
	 */
	public boolean isViewDue(long now) {
		return this.views.isDue(now);
	}

	/**
	 * The members as admission sees them now.
	 * @param contact whether this process reaches anybody
	 */
	public MembershipView view(Outbox outbox, boolean contact, long now) {
		return this.views.view(outbox, contact, now);
	}

	private boolean isMutual(Peer peer, long now) {
		return peer.failures().receivesMe() && peer.isReceived(interval(), now);
	}

	private void becomeMember() {
		this.succession.onMember();
		stand(Standing.MEMBER);
	}

	private void stand(Standing newStanding) {
		this.standing = newStanding;
		invalidate();
	}

	private void detectReplacement(MemberId id) {
		this.succession.detectReplacement(id);
		if (isReplaced() && this.standing != Standing.JOINING) {
			stand(Standing.JOINING);
		}
	}

	private void invalidate() {
		this.version++;
		this.views.invalidate();
	}

	private static long lastBefore(Message message) {
		return (message.batch() != null) ? message.batch().numbers().first() - 1 : message.lastBatch();
	}

}
