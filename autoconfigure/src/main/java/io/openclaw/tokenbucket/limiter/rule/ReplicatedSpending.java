package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * Spending by the replicated state.
 */
public final class ReplicatedSpending implements SpendingMode {

	// As a rule it takes less.
	private static final long JOINING_NANOS = 1_000_000_000;

	private final LocalReplica replica;

	private final Credit credit;

	public ReplicatedSpending(LocalReplica replica, Credit credit) {
		this.replica = replica;
		this.credit = credit;
	}

	@Override
	public long spendable() {
		return this.replica.spendable();
	}

	@Override
	public long needed(long cost) {
		MembershipView view = this.replica.view();
		boolean reduced = !view.isComplete() && !view.isJoining() && cost <= this.replica.limit().capacity();
		return reduced ? Math.min(cost, this.replica.ceiling()) : cost;
	}

	@Override
	public boolean hasCredit(long cost, long available, long held) {
		return this.credit.covers(cost, available, held, this.replica.view());
	}

	@Override
	public long credit(long available, long held) {
		return this.credit.left(available, held, this.replica.view());
	}

	@Override
	public Reason shortage(long cost, long available) {
		boolean reduced = this.replica.view().isJoining() || available + this.replica.reserved() >= cost;
		return reduced ? Reason.REDUCED_CAPACITY : Reason.EXHAUSTED;
	}

	@Override
	public long nanosToHave(long cost, long available) {
		long needed = needed(cost);
		if (needed <= available) {
			return 0;
		}
		MembershipView view = this.replica.view();
		Limit limit = this.replica.limit();
		if (!view.canBeCounted() || cost > limit.capacity()) {
			return Long.MAX_VALUE;
		}
		if (view.isJoining()) {
			// Nothing accrues before this member is counted. Then it has what all have.
			// The longer that has taken, the longer it may still take.
			long joining = Math.max(JOINING_NANOS, this.replica.settledAt() - this.replica.viewedSince());
			return Math.max(joining, limit.refillRate().nanosToAccrue(Math.max(0, cost - this.replica.level())));
		}
		long perMember = (needed - available - 1) / view.heard().size() + 1;
		return limit.refillRate().nanosToAccrue(perMember * view.size());
	}

	@Override
	public void spend(long cost) {
		this.replica.spend(cost);
	}

	@Override
	public long giveBack(long amount) {
		return this.replica.giveBack(amount);
	}

	@Override
	public void follow(Limit limit, long now) {
	}

	@Override
	public boolean isFull() {
		return this.replica.isFull();
	}

}
