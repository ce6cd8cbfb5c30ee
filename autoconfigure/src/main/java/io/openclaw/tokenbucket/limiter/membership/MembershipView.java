package io.openclaw.tokenbucket.limiter.membership;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The members that are counted and those that are heard, from one moment to another. It
 * carries its own deadlines: a process that was paused notices before it admits anything
 * that they have passed. Immutable.
 */
public final class MembershipView {

	// Far enough to be never, near enough for differences not to overflow.
	private static final long NEVER = Long.MAX_VALUE / 2;

	// As long as nothing is wrong.
	private static final FleetState COUNTED = FleetState.HEALTHY;

	private final MemberId self;

	private final FleetState standing;

	private final int size;

	private final List<PeerView> peers;

	private final Set<MemberId> relayed;

	private final long sinceNanos;

	private final long validUntilNanos;

	private final Set<MemberId> counted;

	private final List<MemberId> heard;

	private final boolean alone;

	private final boolean complete;

	private final List<PeerView> unheard;

	private final List<List<PeerView>> unheardGroups;

	private MembershipView(MemberId self, FleetState standing, int size, List<PeerView> peers, Set<MemberId> relayed,
			long sinceNanos) {
		this.self = self;
		this.standing = standing;
		this.size = size;
		this.peers = peers;
		this.relayed = relayed;
		this.sinceNanos = sinceNanos;
		this.counted = Stream.concat(Stream.of(self), peers.stream().map(PeerView::id))
			.collect(Collectors.toUnmodifiableSet());
		this.heard = Stream.concat(Stream.of(self), peers.stream().filter(PeerView::heard).map(PeerView::id))
			.sorted()
			.toList();
		this.alone = this.heard.size() == 1;
		this.complete = this.heard.size() == size && !isJoining();
		this.unheard = peers.stream().filter((peer) -> !peer.heard()).toList();
		this.unheardGroups = PeerView.groups(this.unheard);
		this.validUntilNanos = sinceNanos + peers.stream()
			.filter(PeerView::expires)
			.mapToLong((peer) -> peer.untilNanos() - sinceNanos)
			.reduce(NEVER, Math::min);
	}

	/**
	 * A member that is the whole fleet.
	 * @param self the member
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView alone(MemberId self, long now) {
		return new MembershipView(self, COUNTED, 1, List.of(), Set.of(), now);
	}

	/**
	 * A member that its peers do not count yet.
	 * @param self the member
	 * @param fleetSize members to reckon with, this one included
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView joining(MemberId self, int fleetSize, long now) {
		return new MembershipView(self, FleetState.JOINING, fleetSize, List.of(), Set.of(), now);
	}

	/**
	 * A process that its peers ignore.
	 * @param self the member
	 * @param why {@link FleetState#REPLACED} since a newer one has its node id, or
	 * {@link FleetState#REFUSED} since it lacks their secret
	 * @param fleetSize members to reckon with, this one included
	 * @param now the current time in nanoseconds
	 * @return the view
	 */
	public static MembershipView ignored(MemberId self, FleetState why, int fleetSize, long now) {
		return new MembershipView(self, why, fleetSize, List.of(), Set.of(), now);
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
	public static MembershipView member(MemberId self, int fleetSize, Collection<PeerView> peers, Set<MemberId> relayed,
			long now) {
		return new MembershipView(self, COUNTED, Math.max(fleetSize, peers.size() + 1), List.copyOf(peers),
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
		List<PeerView> later = this.peers.stream().map((peer) -> peer.asOf(now)).toList();
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
		return this.standing != COUNTED;
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
		return this.standing == FleetState.REPLACED;
	}

	/**
	 * Whether the peers will count this member without anybody's help.
	 * @return {@code false} once replaced, and while refused
	 */
	public boolean canBeCounted() {
		return this.standing != FleetState.REPLACED && this.standing != FleetState.REFUSED;
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
	public List<PeerView> unheard() {
		return this.unheard;
	}

	/**
	 * The known members that are not heard, in groups. The members of a group are
	 * received here and exchange what they spend, directly or through each other: each
	 * knows what another spent beyond its part.
	 * @return possibly none, each of at least one member
	 */
	public List<List<PeerView>> unheardGroups() {
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
		return this.complete;
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
		return this.alone;
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
	 * Until when this view holds, if nothing else happens.
	 * @return nanoseconds, when its first deadline passes
	 */
	long untilNanos() {
		return this.validUntilNanos;
	}

	/**
	 * How much of the fleet is heard.
	 * @return the state
	 */
	public FleetState state() {
		if (isJoining() || isComplete()) {
			return this.standing;
		}
		return isAlone() ? FleetState.ISOLATED : FleetState.DEGRADED;
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

}
