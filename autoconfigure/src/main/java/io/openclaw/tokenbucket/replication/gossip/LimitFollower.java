package io.openclaw.tokenbucket.replication.gossip;

import java.util.Map;
import java.util.Objects;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.wire.Announcement;
import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * Makes this member follow the definitions of peers. Confined to the replicating thread.
 */
public final class LimitFollower {

	private final BucketStore store;

	private final Membership membership;

	private final ReplicationListener listener;

	public LimitFollower(BucketStore store, Membership membership, ReplicationListener listener) {
		this.store = store;
		this.membership = membership;
		this.listener = listener;
	}

	/**
	 * Follows a definition if it is newer. Under the same version, a joiner follows the
	 * fleet. Only the fleet knows the age of the limit, and so the level of unused
	 * buckets.
	 */
	public void follow(LimitDefinition offered, Message message, Peer sender, long now) {
		String limit = offered.limit().name();
		if (!this.store.limits().adopt(offered, now)) {
			this.listener.onRejected("limit");
			return;
		}
		boolean joining = !this.membership.isMember() && sender.isMember();
		boolean joined = this.membership.isMember() && !sender.isMember();
		this.store.changes().follow(limit, (current) -> {
			boolean sameVersion = !offered.isNewerThan(current) && !current.isNewerThan(offered);
			if (joining && sameVersion) {
				return offered;
			}
			return (joined && sameVersion) ? current : current.merge(offered);
		}, LimitSource.FLEET, now).ifPresent(this.listener::onLimitChange);
		if (joining) {
			Map<String, Long> ages = Objects.requireNonNullElse(message.ages(), Map.of());
			this.store.changes().restart(limit, offered, ages.getOrDefault(limit, 0L), now);
		}
	}

	/**
	 * Learns the ages of limits. Ages can be compared only if they belong to the same
	 * definition.
	 */
	public void learnAges(Message message, long now) {
		Announcement announced = message.announcement();
		Map<String, Long> ages = message.ages();
		if (announced == null || ages == null) {
			return;
		}
		Map<String, LimitDefinition> definitions = this.store.limits().definitions();
		announced.limits().forEach((limit, theirs) -> {
			LimitDefinition own = definitions.get(limit);
			if (own != null && theirs.fingerprint() == own.fingerprint()) {
				this.store.changes().learnAge(limit, ages.getOrDefault(limit, 0L), now);
			}
		});
	}

}
