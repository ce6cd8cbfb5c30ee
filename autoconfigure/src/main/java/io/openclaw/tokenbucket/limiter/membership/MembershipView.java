package io.openclaw.tokenbucket.limiter.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The members that are counted and those that are heard, from one moment to another. It
 * carries its own deadlines: a process that was paused notices before it admits anything
 * that they have passed. Immutable.
 */
public final class MembershipView {

	// Far enough to be never, near enough for differences not to overflow.
	private static final long NEVER = Long.MAX_VALUE / 2;

	private final MemberId self;

	private final Standing standing;

	private final int size;

	private final List<Peer> peers;

	private final Set<MemberId> relayed;

	private final long sinceNanos;

	private final long validUntilNanos;

	private final Set<MemberId> counted;

	private final List<MemberId> heard;

	private final List<Peer> unheard;

	private final List<List<Peer>> unheardGroups;

	private MembershipView(MemberId self, Standing standing, int size, List<Peer> peers, Set<MemberId> relayed,
			long sinceNanos) {
		this.self = self;
		this.standing = standing;
		this.size = size;
		this.peers = peers;
		this.relayed = relayed;
		this.sinceNanos = sinceNanos;
		List<MemberId> heardMembers = new ArrayList<>(List.of(self));
		Set<MemberId> countedMembers = new HashSet<>(List.of(self));
		List<Peer> unheardPeers = new ArrayList<>();
		long validFor = NEVER;
		for (Peer peer : peers) {
			countedMembers.add(peer.id());
			if (peer.heard()) {
				heardMembers.add(peer.id());
			}
			else {
				unheardPeers.add(peer);
			}
			if (peer.expires()) {
				validFor = Math.min(validFor, peer.untilNanos() - sinceNanos);
			}
		}
		heardMembers.sort(Comparator.naturalOrder());
		this.counted = countedMembers;
		this.heard = List.copyOf(heardMembers);
		this.unheard = List.copyOf(unheardPeers);
		this.unheardGroups = groups(this.unheard);
		this.validUntilNanos = sinceNanos + validFor;
	}

	/**
	 * A member that is the whole fleet.
	 * @param self the member
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView alone(MemberId self, long now) {
		return new MembershipView(self, Standing.COUNTED, 1, List.of(), Set.of(), now);
	}

	/**
	 * A member that its peers do not count yet.
	 * @param self the member
	 * @param fleetSize members to reckon with, this one included
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView joining(MemberId self, int fleetSize, long now) {
		return new MembershipView(self, Standing.JOINING, fleetSize, List.of(), Set.of(), now);
	}

	/**
	 * A process that its peers ignore, since a newer one has its node id.
	 * @param self the member
	 * @param fleetSize members to reckon with, this one included
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView replaced(MemberId self, int fleetSize, long now) {
		return new MembershipView(self, Standing.REPLACED, fleetSize, List.of(), Set.of(), now);
	}

	/**
	 * A process that its peers do not read, since it lacks their secret.
	 * @param self the member
	 * @param fleetSize members to reckon with, this one included
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView refused(MemberId self, int fleetSize, long now) {
		return new MembershipView(self, Standing.REFUSED, fleetSize, List.of(), Set.of(), now);
	}

	/**
	 * A counted member and its peers.
	 * @param self the member
	 * @param fleetSize members to reckon with, this one and unknown ones included
	 * @param peers the known others
	 * @param relayed members whose spending some heard member does not receive directly
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView member(MemberId self, int fleetSize, Collection<Peer> peers, Set<MemberId> relayed,
			long now) {
		return new MembershipView(self, Standing.COUNTED, Math.max(fleetSize, peers.size() + 1), List.copyOf(peers),
				Set.copyOf(relayed), now);
	}

	/**
	 * This view after its deadlines up to a moment have passed.
	 * @param now the current time in nanoseconds
	 * @return this very view while it is valid
	 */
	public MembershipView asOf(long now) {
		if (now - this.validUntilNanos < 0) {
			return this;
		}
		List<Peer> later = this.peers.stream().map((peer) -> peer.asOf(now)).toList();
		return new MembershipView(this.self, this.standing, this.size, later, this.relayed, this.validUntilNanos)
			.asOf(now);
	}

	/**
	 * This member.
	 * @return its id
	 */
	public MemberId self() {
		return this.self;
	}

	/**
	 * Whether the peers do not count this member, not yet or not any more.
	 * @return {@code true} while joining, and once replaced
	 */
	public boolean isJoining() {
		return this.standing != Standing.COUNTED;
	}

	/**
	 * Whether this member is counted, and knows everybody who is.
	 * @return {@code false} while joining, and before the first contact
	 */
	public boolean knowsFleet() {
		return !isJoining() && unknown() == 0;
	}

	/**
	 * Whether a newer process has the node id of this one.
	 * @return whether nothing may be spent
	 */
	public boolean isReplaced() {
		return this.standing == Standing.REPLACED;
	}

	/**
	 * Whether the peers will count this member without anybody's help.
	 * @return {@code false} once replaced, and while refused
	 */
	public boolean canBeCounted() {
		return this.standing != Standing.REPLACED && this.standing != Standing.REFUSED;
	}

	/**
	 * N: members counted, those not heard included.
	 * @return at least one
	 */
	public int size() {
		return this.size;
	}

	/**
	 * The members heard, this one included, in order.
	 * @return at least one
	 */
	public List<MemberId> heard() {
		return this.heard;
	}

	/**
	 * The known members that are not heard.
	 * @return possibly none
	 */
	public List<Peer> unheard() {
		return this.unheard;
	}

	/**
	 * The known members that are not heard, in groups. The members of a group are
	 * received here and exchange what they spend, directly or through each other: each
	 * knows what another spent beyond its part.
	 * @return possibly none, each of at least one member
	 */
	public List<List<Peer>> unheardGroups() {
		return this.unheardGroups;
	}

	/**
	 * Members counted without being known.
	 * @return not negative
	 */
	public int unknown() {
		return this.size - this.peers.size() - 1;
	}

	/**
	 * Whether all members are heard.
	 * @return whether nothing needs to be held aside
	 */
	public boolean isComplete() {
		return this.heard.size() == this.size && !isJoining();
	}

	/**
	 * The part of an amount that the members heard have.
	 * @param amount micro-tokens
	 * @return all of it if every member is heard
	 */
	public long part(long amount) {
		return (this.heard.size() == this.size) ? amount : (long) ((double) amount * this.heard.size() / this.size);
	}

	/**
	 * Whether no other member is heard.
	 * @return whether there is nobody to wait for
	 */
	public boolean isAlone() {
		return this.heard.size() == 1;
	}

	/**
	 * Whether a member is counted.
	 * @param member the member
	 * @return whether it is this member or a known peer
	 */
	public boolean counts(MemberId member) {
		return this.counted.contains(member);
	}

	/**
	 * Whether a member is heard.
	 * @param member the member
	 * @return whether it is this member or a heard peer
	 */
	public boolean hears(MemberId member) {
		return Collections.binarySearch(this.heard, member) >= 0;
	}

	/**
	 * Whether some heard member does not receive a member directly.
	 * @param member the member
	 * @return whether its news must be passed on
	 */
	public boolean relays(MemberId member) {
		return this.relayed.contains(member);
	}

	/**
	 * Since when this view holds.
	 * @return nanoseconds
	 */
	public long sinceNanos() {
		return this.sinceNanos;
	}

	/**
	 * How much of the fleet is heard.
	 * @return the state
	 */
	public FleetState state() {
		return switch (this.standing) {
			case JOINING -> FleetState.JOINING;
			case REFUSED -> FleetState.REFUSED;
			case REPLACED -> FleetState.REPLACED;
			case COUNTED -> {
				if (isComplete()) {
					yield FleetState.HEALTHY;
				}
				yield isAlone() ? FleetState.ISOLATED : FleetState.DEGRADED;
			}
		};
	}

	/**
	 * Whether another view says the same, deadlines aside.
	 * @param other the other view
	 * @return whether adopting it would change nothing but deadlines
	 */
	public boolean agreesWith(MembershipView other) {
		return this.standing == other.standing && this.size == other.size && this.heard.equals(other.heard)
				&& this.relayed.equals(other.relayed) && this.unheard.size() == other.unheard.size()
				&& IntStream.range(0, this.unheard.size())
					.allMatch((i) -> this.unheard.get(i).agreesWith(other.unheard.get(i)));
	}

	private static List<List<Peer>> groups(List<Peer> peers) {
		List<List<Peer>> groups = new ArrayList<>();
		for (Peer peer : peers) {
			List<Peer> joined = new ArrayList<>(List.of(peer));
			for (Iterator<List<Peer>> others = groups.iterator(); others.hasNext();) {
				List<Peer> group = others.next();
				if (group.stream().anyMatch((member) -> member.company().contains(peer.id()))) {
					joined.addAll(group);
					others.remove();
				}
			}
			groups.add(joined);
		}
		return List.copyOf(groups);
	}

	/**
	 * The view of the peers on this member.
	 */
	private enum Standing {

		COUNTED, JOINING, REFUSED, REPLACED

	}

	/**
	 * A known member other than this one. Immutable.
	 *
	 * @param id the member
	 * @param heard whether it is heard
	 * @param untilNanos until when it is heard or, if it is not, has company, unless news
	 * arrives
	 * @param everHeard whether it was ever heard
	 * @param lastReceivedNanos when its last message arrived before it was lost;
	 * meaningless if it was never heard
	 * @param unheardSinceNanos if not heard, since when
	 * @param company the members that it exchanges messages with and that are received as
	 * well, if it is received but not heard; they name it in turn
	 */
	public record Peer(MemberId id, boolean heard, long untilNanos, boolean everHeard, long lastReceivedNanos,
			long unheardSinceNanos, Set<MemberId> company) {

		private boolean expires() {
			return this.heard || !this.company.isEmpty();
		}

		private Peer asOf(long now) {
			if (!expires() || now - this.untilNanos < 0) {
				return this;
			}
			return new Peer(this.id, false, this.untilNanos, this.everHeard, this.lastReceivedNanos,
					this.heard ? this.untilNanos : this.unheardSinceNanos, Set.of());
		}

		private boolean agreesWith(Peer other) {
			return this.id.equals(other.id) && this.everHeard == other.everHeard
					&& this.lastReceivedNanos == other.lastReceivedNanos
					&& this.unheardSinceNanos == other.unheardSinceNanos && this.company.equals(other.company);
		}

	}

}
