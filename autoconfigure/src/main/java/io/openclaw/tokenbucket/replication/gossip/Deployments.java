package io.openclaw.tokenbucket.replication.gossip;

import java.util.Map;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Has the fleet follow a configuration once every member that has the limit is configured
 * with it, whatever held before. So a deployment changes limits when its last gateway is
 * replaced, and one that is undone changes them back. Members that find this out at the
 * same time make the same definition of it. Confined to the replicating thread.
 */
public final class Deployments {

	private final BucketStore store;

	private final Membership membership;

	private final ReplicationListener listener;

	public Deployments(BucketStore store, Membership membership, ReplicationListener listener) {
		this.store = store;
		this.membership = membership;
		this.listener = listener;
	}

	/**
	 * Looks at what all are configured with. Nothing happens while somebody is not heard:
	 * it may be configured anew meanwhile.
	 */
	public void follow(long now) {
		if (!this.membership.isMember() || !this.store.view(now).isComplete()) {
			return;
		}
		Map<String, LimitDefinition> definitions = this.store.limits().definitions();
		this.store.limits().configured().forEach((limit, configured) -> {
			LimitDefinition followed = definitions.get(limit);
			if (followed != null && !followed.isBasedOn(configured) && isEverywhere(configured)) {
				this.store.changes()
					.follow(limit, (current) -> current.deployed(configured), LimitSource.CONFIGURATION, now)
					.ifPresent(this.listener::onLimitChange);
			}
		});
	}

	/**
	 * Forgets limits that this member holds for others, and nobody is configured with any
	 * more.
	 */
	public void forgetAdopted() {
		if (!this.store.limits().adopted().isEmpty()) {
			this.store.limits()
				.forgetAdopted(
						(limit) -> this.membership.peers().stream().anyMatch((peer) -> peer.isConfiguredWith(limit)));
		}
	}

	// Who joins is asked as well: it may bring a higher revision. What is announced anew
	// and not known yet may be anything.
	private boolean isEverywhere(LimitDefinition configured) {
		String limit = configured.limit().name();
		return this.membership.peers()
			.stream()
			.filter((peer) -> peer.isUnreadable() || peer.isConfiguredWith(limit))
			.allMatch((peer) -> !peer.isUnreadable() && peer.isConfiguredAs(configured));
	}

}
