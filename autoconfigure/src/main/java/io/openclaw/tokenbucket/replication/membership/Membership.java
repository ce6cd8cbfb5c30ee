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
 * Who is in the fleet: who is counted, who waits to be, who is gone. N is what anybody
 * who is counted has listed and nobody has removed, never who can be seen now. Mutable,
 * confined to the replicating thread.
 */
public final class Membership {

	private final MemberId self;

	private final Supplier<ReplicationSettings> settings;

	private final KnownProcesses peers;

	private final Succession succession;

	private final MembershipViews views;

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
	 * How often this member sends at least, and knows of others who do.
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
	 * All that is known of other processes.
	 */
	public KnownProcesses known() {
		return this.peers;
	}

	/**
	 * The number that this process must rise above to be counted; {@code null} if its own
	 * will do. Peers remember a process of its node that is gone, and had a higher one.
	 */
	public @Nullable Long outranked() {
		return this.succession.outranked();
	}

	/**
	 * The sender of a message, who is met now if it is new.
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
	 * Takes in what a message of a peer says of others.
	 * @param published the last batch of this member
	 * @param stamp what this member would stamp on a message now
	 */
	public void receive(Message message, Peer sender, long published, long stamp, long now) {
		boolean countedBefore = sender.countedMe();
		if (!sender.isHeard()) {
			this.views.onNews();
		}
		if (sender.receive(message, this.self, published, stamp, now)) {
			this.views.invalidate();
		}
		// Only lists of those that are counted count.
		if (!sender.isMember() || sender.isUnreadable()) {
			return;
		}
		readRoster(sender, now);
		if (!isMember() && !isReplaced() && sender.countsMeAs() == Standing.MEMBER) {
			becomeMember();
		}
		else if (isMember() && countedBefore && sender.countsMeAs() == Standing.JOINING) {
			stand(Standing.JOINING);
		}
	}

	private void readRoster(Peer sender, long now) {
		sender.readRoster(this.version, (roster) -> {
			// A number that is higher, but of a process that has ended, replaces nobody.
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
	 * Counts those who have this member's state, if it hears everybody.
	 */
	public void promote(long now) {
		if (!isMember() || !members().stream().allMatch(Peer::isHeard)) {
			return;
		}
		List<Peer> ready = this.peers.all()
			.stream()
			.filter((peer) -> !peer.isMember() && isMutual(peer, now) && peer.delivery().outgoing().isComplete()
					&& peer.delivery().hasNoGap())
			.toList();
		ready.forEach((peer) -> this.peers.count(peer));
	}

	/**
	 * Founds a fleet with those who wait as well, if there is nobody to join.
	 */
	public void found(long now) {
		if (isReplaced() || isMember() || !members().isEmpty()) {
			return;
		}
		becomeMember();
		this.founder = true;
		this.peers.all().stream().filter((peer) -> isMutual(peer, now)).forEach((peer) -> this.peers.count(peer));
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
		stand(Standing.LEAVING);
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
		this.peers.forgetSilent(this.settings.get().memberTimeout().toNanos(), now);
	}

	/**
	 * Removes a member that was silent for too long. If it is ever received again, it has
	 * to join again.
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
