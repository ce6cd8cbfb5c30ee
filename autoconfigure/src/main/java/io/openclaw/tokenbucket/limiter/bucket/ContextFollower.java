package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;

/**
 * Follows what changes around a bucket: the members, the limit, fallback. Mutable,
 * confined to its bucket.
 */
final class ContextFollower {

	private final LimitContext limit;

	private final LocalReplica replica;

	private final Credit credit;

	private final AdmissionRule rule;

	private final PeerSpending peers;

	private final Activity<?> activity;

	private BucketContext context;

	ContextFollower(LimitContext limit, BucketContext context, LocalReplica replica, Credit credit, AdmissionRule rule,
			PeerSpending peers, Activity<?> activity) {
		this.limit = limit;
		this.context = context;
		this.replica = replica;
		this.credit = credit;
		this.rule = rule;
		this.peers = peers;
		this.activity = activity;
	}

	Consistency consistency() {
		return this.context.policy().consistency();
	}

	boolean isConfigured() {
		return this.limit.isConfigured();
	}

	long syncIntervalNanos() {
		return this.context.syncIntervalNanos();
	}

	/**
	 * Brings the bucket up to now.
	 */
	void refresh(long now) {
		BucketContext before = this.context;
		BucketContext latest = this.limit.asOf(now);
		if (latest != before) {
			this.context = latest;
			follow(latest.view(), now);
			if (latest.policy().limit() != before.policy().limit()) {
				follow(latest.policy().limit(), now);
			}
		}
		this.replica.settle(now);
		if (latest.fallback() != null || this.rule.isInFallback() || latest.recoveries() != before.recoveries()) {
			changeMode(now);
		}
	}

	/**
	 * A merge may have revealed more than members that keep to the rules can have spent,
	 * or count.
	 */
	void doubtReplica(long now) {
		if (!this.replica.hasRoomToCount() || this.replica.isOverdrawn()) {
			changeMode(now);
		}
	}

	void trimExcess() {
		if (this.replica.trimExcess()) {
			this.activity.markDirty();
		}
	}

	private void follow(Limit newLimit, long now) {
		this.replica.change(newLimit, now);
		trimExcess();
		this.credit.resize(newLimit.capacity(), this.replica.view(), now);
		this.peers.forget();
		this.rule.mode().follow(newLimit, now);
	}

	// Another thread may have seen a newer view before.
	private void follow(MembershipView view, long now) {
		MembershipView before = this.replica.view();
		if (view == before || view.sinceNanos() - before.sinceNanos() < 0) {
			return;
		}
		if (view.agreesWith(before)) {
			this.replica.extend(view);
			return;
		}
		this.replica.adopt(view, (now - view.sinceNanos() > 0) ? view.sinceNanos() : now);
		this.replica.settle(now);
		if (this.replica.hasNewsOfGrants()) {
			this.activity.markDirty();
		}
		this.peers.forget();
		trimExcess();
		this.credit.share(view, now);
	}

	// Debt is written off when fallback ends, and at once if honest members could not
	// have made it. Until then this member spends only its part, so as not to pay for
	// others. It stays so for good if forged counts leave no room to count.
	private void changeMode(long now) {
		FallbackQuota quota = this.context.fallback();
		if (quota == null && this.replica.hasRoomToCount() && isOutOfDebt()) {
			this.rule.endFallback();
			return;
		}
		FallbackQuota part = (quota != null) ? quota : FallbackQuota.FAIR_SHARE;
		this.rule.fallBack(part.of(this.replica.view().size()), now);
	}

	private boolean isOutOfDebt() {
		boolean inDebt = this.replica.level() < 0;
		boolean forgiven = this.replica.forgiveDebt();
		if (inDebt && forgiven) {
			this.activity.markDirty();
			this.activity.flush();
		}
		return forgiven;
	}

}
