package io.openclaw.tokenbucket.replication.gossip;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;
import io.openclaw.tokenbucket.limiter.adaptive.RateReport;
import io.openclaw.tokenbucket.replication.membership.Membership;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.wire.RateSections;

/**
 * What members tell each other of upstreams, so that all refill limits at the same rate.
 * Says what is new at once, and the same again every sync interval: so who missed it goes
 * on. Mutable, confined to the replicating thread.
 */
public final class RateGossip {

	private final AdaptiveLimits limits;

	private final BucketStore store;

	private final Membership membership;

	private final Supplier<ReplicationSettings> settings;

	private final Map<String, Told> told = new HashMap<>();

	public RateGossip(BucketStore store, Supplier<ReplicationSettings> settings, Membership membership) {
		this.limits = store.adaptive();
		this.store = store;
		this.settings = settings;
		this.membership = membership;
	}

	/**
	 * Takes in what a peer says. What one says that is not counted yet is no part of what
	 * all have seen, and waited for by nobody. The last that was waited for ends the step
	 * at once: looking at all members for each report would cost the square of them.
	 */
	public void receive(List<RateReport> reports, Peer sender, long now) {
		for (RateReport report : reports) {
			this.limits.learn(sender.id(), report, now);
			if (this.limits.isDue(report.limit(), this.membership.members().size(), now)) {
				advance(report.limit(), now);
			}
		}
	}

	/**
	 * Ends the steps that are over.
	 */
	public void follow(long now) {
		this.limits.names().forEach((limit) -> advance(limit, now));
	}

	/**
	 * What to say now, which then counts as told.
	 */
	public List<RateReport> tell(long now) {
		if (this.limits.names().isEmpty()) {
			return List.of();
		}
		List<RateReport> due = this.limits.reports()
			.stream()
			.filter((report) -> isDue(report, now))
			.limit(RateSections.MAX_AT_ONCE)
			.toList();
		due.forEach((report) -> this.told.put(report.limit(), new Told(report, now)));
		this.told.keySet().retainAll(this.limits.names());
		return due;
	}

	private boolean isDue(RateReport report, long now) {
		Told last = this.told.get(report.limit());
		return last == null || !last.report().equals(report)
				|| now - last.at() >= this.settings.get().syncInterval().toNanos();
	}

	// Who has the limit and does not adapt it says nothing: the rate stays until all do.
	private void advance(String limit, long now) {
		boolean complete = this.membership.isMember() && this.store.view(now).isComplete();
		List<MemberId> peers = this.membership.members()
			.stream()
			.filter((peer) -> peer.isUnreadable() || peer.isConfiguredWith(limit))
			.map(Peer::id)
			.toList();
		this.limits.advance(limit, complete, peers, now);
	}

	private record Told(RateReport report, long at) {
	}

}
