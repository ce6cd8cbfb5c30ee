package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * Spending by the replicated state.
 */
public final class ReplicatedSpending implements SpendingMode {

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
		return this.replica.needed(cost);
	}

	@Override
	public boolean hasCredit(long cost, long available, long held) {
		return this.credit.covers(cost, available, held, this.replica.view());
	}

	@Override
	public Reason shortage(long cost, long available) {
		boolean reduced = this.replica.view().isJoining() || available + this.replica.reserved() >= cost;
		return reduced ? Reason.REDUCED_CAPACITY : Reason.EXHAUSTED;
	}

	@Override
	public long nanosToHave(long cost, long available) {
		return this.replica.nanosToHave(cost, available);
	}

	@Override
	public void spend(long cost) {
		this.replica.spend(cost);
	}

	@Override
	public void follow(Limit limit, long now) {
	}

	@Override
	public boolean isFull() {
		return this.replica.hasRoomToCount() && !this.replica.isBelowFull();
	}

}
