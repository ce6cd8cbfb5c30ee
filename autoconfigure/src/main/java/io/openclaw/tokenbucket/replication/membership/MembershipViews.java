package io.openclaw.tokenbucket.replication.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * The members as admission sees them. Mutable, confined to the replicating thread.
 */
final class MembershipViews {

	private static final long LONGEST_REFRESH_NANOS = Duration.ofMillis(100).toNanos();

	private static final long LATENESS_NANOS = Duration.ofMillis(25).toNanos();

	private static final long NEVER = Long.MAX_VALUE / 2;

	private final MemberId self;

	private final Supplier<ReplicationSettings> settings;

	private final Membership membership;

	private final Relays relays = new Relays();

	private final Companies companies = new Companies();

	private boolean changed = true;

	private long refreshAt;

	// When a heard member will be lost, if nothing arrives.
	private long soonestLoss;

	// Between two times at which this is asked, if nothing arrives.
	private long longestPauseNanos;

	private long nearestRoundTripNanos;

	MembershipViews(MemberId self, Supplier<ReplicationSettings> settings, Membership membership) {
		this.self = self;
		this.settings = settings;
		this.membership = membership;
	}

	/**
	 * Who is counted has changed, or who receives whom.
	 */
	void invalidate() {
		this.relays.invalidate();
		this.companies.invalidate();
		this.changed = true;
	}

	/**
	 * A message of a member that is not heard may have made it heard.
	 */
	void onNews() {
		this.changed = true;
	}

	/**
	 * Whether to look at the members anew: each message extends a deadline, which takes
	 * time of the order of the fleet to tell, and is not worth it before deadlines come
	 * close.
	 */
	boolean isDue(long now) {
		return this.changed || !this.membership.isMember() || now - this.refreshAt >= 0
				|| this.soonestLoss - now <= this.longestPauseNanos;
	}

	long nearestRoundTripNanos() {
		return this.nearestRoundTripNanos;
	}

	/**
	 * The members now. A process that has no contact at all is counted as one of as many
	 * as there should be, and has its share until it meets somebody.
	 * @param contact whether this process reaches anybody
	 */
	MembershipView view(Outbox outbox, boolean contact, long now) {
		Duration sync = this.membership.interval();
		List<PeerView> views = new ArrayList<>();
		this.changed = false;
		long halfNanos = sync.toNanos() / 2;
		this.refreshAt = now + Math.min(LONGEST_REFRESH_NANOS, halfNanos);
		this.longestPauseNanos = halfNanos + LATENESS_NANOS;
		this.soonestLoss = now + NEVER;
		this.companies.follow(this.membership.members(), sync, now);
		for (Peer peer : this.membership.peers()) {
			boolean heardBefore = peer.isHeard();
			PeerView view = peer.view(sync, outbox.oldestSentAfter(peer.delivery().acknowledgedUpTo()),
					() -> this.companies.of(peer), now);
			if (peer.isHeard() != heardBefore) {
				this.relays.invalidate();
			}
			if (peer.isMember()) {
				views.add(view);
				this.soonestLoss = now
						+ Math.min(this.soonestLoss - now, view.heard() ? view.untilNanos() - now : NEVER);
			}
		}
		this.nearestRoundTripNanos = this.membership.members()
			.stream()
			.filter(Peer::isHeard)
			.mapToLong((peer) -> peer.failures().roundTripNanos())
			.filter((nanos) -> nanos > 0)
			.min()
			.orElse(0);
		if (this.membership.isMember()) {
			return MembershipView.member(this.self, views.size() + 1, views,
					this.relays.among(this.membership.members()), now);
		}
		int fleetSize = Math.max(this.settings.get().replicationFactor(), views.size() + 1);
		if (this.membership.isReplaced()) {
			return MembershipView.ignored(this.self, FleetState.REPLACED, fleetSize, now);
		}
		if (isRefused()) {
			return MembershipView.ignored(this.self, FleetState.REFUSED, fleetSize, now);
		}
		return contact ? MembershipView.joining(this.self, fleetSize, now)
				: MembershipView.member(this.self, fleetSize, views, Set.of(), now);
	}

	// Those who have a secret do not even read what this process says, and never count
	// it.
	private boolean isRefused() {
		return !this.membership.members().isEmpty() && this.settings.get().signing().lacksSecretOfOthers()
				&& this.membership.peers().stream().noneMatch((peer) -> peer.failures().receivesMe());
	}

	/**
	 * With whom a peer exchanges messages, of the members that are received here. Worked
	 * out anew only after that or who receives whom has changed: where many are not
	 * heard, it takes the square of the members.
	 */
	private static final class Companies {

		private final Map<Peer, Set<MemberId>> known = new HashMap<>();

		private List<Peer> received = List.of();

		void invalidate() {
			this.known.clear();
		}

		void follow(List<Peer> members, Duration syncInterval, long now) {
			List<Peer> latest = members.stream().filter((member) -> member.isReceived(syncInterval, now)).toList();
			if (!latest.equals(this.received)) {
				this.received = latest;
				invalidate();
			}
		}

		Set<MemberId> of(Peer peer) {
			return this.received.contains(peer) ? this.known.computeIfAbsent(peer, this::among) : Set.of();
		}

		private Set<MemberId> among(Peer peer) {
			return this.received.stream()
				.filter((other) -> other != peer && peer.receives(other.id()) && other.receives(peer.id()))
				.map(Peer::id)
				.collect(Collectors.toUnmodifiableSet());
		}

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
					if (members.stream().anyMatch((to) -> to != of && to.isHeard() && !to.receives(of.id()))) {
						known.add(of.id());
					}
				}
				this.relayed = known;
			}
			return known;
		}

	}

}
