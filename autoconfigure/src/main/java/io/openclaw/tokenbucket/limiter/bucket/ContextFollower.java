package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.Debt;
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

	private ContextStep step;

	ContextFollower(LimitContext limit, ContextStep step, LocalReplica replica, Credit credit, AdmissionRule rule,
			PeerSpending peers, Activity<?> activity) {
		this.limit = limit;
		this.step = step;
		this.replica = replica;
		this.credit = credit;
		this.rule = rule;
		this.peers = peers;
		this.activity = activity;
	}

	/**
	 * The rules that the bucket goes by.
	 */
	ContextStep step() {
		return this.step;
	}

	Consistency consistency() {
		return this.step.active().policy().consistency();
	}

	/**
	 * For how long others are rejected as well, unless the context or the bucket changes.
	 */
	StandingRejection standing(Decision decision, long cost, long now) {
		return StandingRejection.of(this.limit, this.step, decision, cost, now);
	}

	boolean isConfigured() {
		return this.limit.isConfigured();
	}

	long syncIntervalNanos() {
		return this.limit.syncIntervalNanos();
	}

	/**
	 * Whether nothing changed around the bucket that it has not followed.
	 */
	boolean isUnchanged(long now) {
		return this.limit.isUnchangedSince(this.step, now) && !this.rule.isInFallback();
	}

	/**
	 * Brings the bucket up to now.
	 */
	void refresh(long now) {
		ContextStep latest = this.limit.asOf(now);
		boolean recovered = false;
		if (latest != this.step) {
			recovered = latest.recoveries() != this.step.recoveries();
			followUpTo(latest, now);
			countUnderOwnId();
		}
		this.replica.settle(now);
		if (recovered || this.limit.isInFallback() || this.rule.isInFallback()) {
			changeMode(now);
		}
	}

	// What happened in between counts from when it did.
	private void followUpTo(ContextStep latest, long now) {
		while (this.step != latest) {
			ContextStep before = this.step;
			this.step = before.next();
			if (this.step.number() != before.number()) {
				follow(this.step.view(), this.step.since(), now);
			}
			if (this.step.active().definition() != before.active().definition()) {
				follow(this.step.limit(), this.step.since(), now);
			}
			else if (this.step.active().factor() != before.active().factor()) {
				adapt(this.step.limit(), this.step.since());
			}
		}
	}

	// A process that its peers ignore goes on under another id. What it spent stays
	// spent.
	private void countUnderOwnId() {
		if (!this.replica.birth().member().equals(this.replica.view().self())) {
			this.replica.countUnder(this.limit.nextBirth());
			this.activity.markDirty();
		}
	}

	/**
	 * A merge may have revealed more than members that keep to the rules can have spent,
	 * or count.
	 */
	void doubtReplica(long now) {
		if (!this.replica.hasRoomToCount()
				|| Debt.isBeyondRules(this.replica, this.step.active().policy().overdraft())) {
			changeMode(now);
		}
	}

	Birth nextBirth() {
		return this.limit.nextBirth();
	}

	void trimExcess() {
		if (this.replica.trimExcess()) {
			this.activity.markDirty();
		}
	}

	private void follow(Limit newLimit, long since, long now) {
		this.replica.change(newLimit, since);
		this.credit.resize(newLimit.capacity());
		this.rule.mode().follow(newLimit, since);
		startAnew(now);
	}

	// It happens every second, and nothing but the rate changes.
	private void adapt(Limit refilled, long since) {
		this.replica.adapt(refilled, since);
		this.rule.mode().follow(refilled, since);
	}

	// Under any other consistency, credit bounds nothing that lost members spend.
	private void follow(MembershipView view, long since, long now) {
		if (consistency() == Consistency.STRICT) {
			this.replica.expectCreditOf(view, since);
		}
		this.replica.adopt(view, since);
		if (this.replica.hasNewsOfGrants()) {
			this.activity.markDirty();
		}
		startAnew(now);
	}

	private void startAnew(long now) {
		this.peers.forget();
		trimExcess();
		this.credit.share(this.replica.view(), now);
	}

	// Debt is written off when fallback ends, and at once if honest members could not
	// have made it. Until then this member spends only its part, so as not to pay for
	// others. It stays so for good if forged counts leave no room to count.
	private void changeMode(long now) {
		FallbackQuota quota = this.limit.fallback();
		if (quota == null && this.replica.hasRoomToCount() && isOutOfDebt()) {
			this.rule.endFallback();
			return;
		}
		FallbackQuota part = (quota != null) ? quota : FallbackQuota.FAIR_SHARE;
		this.rule.fallBack(part.of(this.replica.view().size()), now);
	}

	private boolean isOutOfDebt() {
		boolean inDebt = this.replica.level() < 0;
		boolean forgiven = Debt.forgive(this.replica);
		if (inDebt && forgiven) {
			this.activity.markDirty();
			this.activity.flush();
		}
		return forgiven;
	}

}
