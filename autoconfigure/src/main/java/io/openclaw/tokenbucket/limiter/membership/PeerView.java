package io.openclaw.tokenbucket.limiter.membership;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * A known member other than this one, as a {@link MembershipView} sees it. Immutable.
 *
 * @param id the member
 * @param heard whether it is heard
 * @param untilNanos until when it is heard or, if it is not, has company, unless news
 * arrives
 * @param everHeard whether it was ever heard
 * @param lastReceivedNanos when its last message arrived before it was lost; meaningless
 * if it was never heard
 * @param unheardSinceNanos if not heard, since when
 * @param company the members that it exchanges messages with and that are received as
 * well, if it is received but not heard; they name it in turn
 */
public record PeerView(MemberId id, boolean heard, long untilNanos, boolean everHeard, long lastReceivedNanos,
		long unheardSinceNanos, Set<MemberId> company) {

	boolean expires() {
		return this.heard || !this.company.isEmpty();
	}

	PeerView asOf(long now) {
		if (!expires() || now - this.untilNanos < 0) {
			return this;
		}
		return new PeerView(this.id, false, this.untilNanos, this.everHeard, this.lastReceivedNanos,
				this.heard ? this.untilNanos : this.unheardSinceNanos, Set.of());
	}

	boolean agreesWith(PeerView other) {
		return this.id.equals(other.id) && this.everHeard == other.everHeard
				&& this.lastReceivedNanos == other.lastReceivedNanos
				&& this.unheardSinceNanos == other.unheardSinceNanos && this.company.equals(other.company);
	}

	/**
	 * Brings those together that are received and exchange what they spend.
	 */
	static List<List<PeerView>> groups(List<PeerView> peers) {
		List<List<PeerView>> groups = new ArrayList<>();
		for (PeerView peer : peers) {
			List<PeerView> joined = new ArrayList<>(List.of(peer));
			for (Iterator<List<PeerView>> others = groups.iterator(); others.hasNext();) {
				List<PeerView> group = others.next();
				if (group.stream().anyMatch((member) -> member.company().contains(peer.id()))) {
					joined.addAll(group);
					others.remove();
				}
			}
			groups.add(joined);
		}
		return List.copyOf(groups);
	}

}
