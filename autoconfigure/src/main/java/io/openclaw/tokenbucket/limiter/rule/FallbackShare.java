package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.Refill;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * Spending in fallback: a member's part of the limit by its own count and clock, whatever
 * others claim to have spent or refilled.
 */
public final class FallbackShare implements SpendingMode {

	private final LocalReplica replica;

	private Limit limit;

	private final Refill refill;

	private double part;

	// As if the whole were this member's, so that it holds for whatever the part becomes.
	private long whole;

	private long settledAt;

	/**
	 * Takes this member's part of what is there. A debt is not this member's.
	 */
	public FallbackShare(LocalReplica replica, long now) {
		this.replica = replica;
		this.limit = replica.limit();
		this.refill = new Refill(this.limit.refillRate(), 1);
		this.whole = Math.max(0, Math.min(replica.level(), this.limit.capacity()));
		this.settledAt = now;
	}

	/**
	 * Refills up to the capacity.
	 * @param newPart of the limit, above zero and at most one
	 * @param now the current time
	 */
	public void settle(double newPart, long now) {
		this.part = newPart;
		long elapsed = now - this.settledAt;
		if (elapsed > 0) {
			this.settledAt = now;
			this.whole += this.refill.accrue(elapsed, this.limit.capacity() - this.whole);
		}
	}

	@Override
	public void follow(Limit newLimit, long now) {
		settle(this.part, now);
		this.limit = newLimit;
		this.refill.changeRate(newLimit.refillRate());
		this.whole = Math.min(this.whole, newLimit.capacity());
	}

	// A joiner's peers reckon with no more than what the replica leaves it.
	@Override
	public long spendable() {
		long own = (long) (this.part * this.whole);
		return this.replica.view().isJoining() ? Math.min(own, this.replica.spendable()) : own;
	}

	@Override
	public long needed(long cost) {
		return this.replica.view().isJoining() ? cost : neededOfPart(cost);
	}

	// There is nobody to ask: what others claim is not believed.
	@Override
	public boolean hasCredit(long cost, long available, long held) {
		return true;
	}

	@Override
	public long credit(long available, long held) {
		return available;
	}

	@Override
	public Reason shortage(long cost, long available) {
		return Reason.FALLBACK;
	}

	@Override
	public long nanosToHave(long cost, long available) {
		long missing = neededOfPart(cost) - available;
		return (missing <= 0) ? 0 : this.limit.refillRate().nanosToAccrue(ofWhole(missing));
	}

	@Override
	public void spend(long cost) {
		this.replica.spend(cost);
		this.whole -= ofWhole(cost);
	}

	// Where the replica has no room for it, others overspent: this part has all the same.
	@Override
	public long giveBack(long amount) {
		long given = this.replica.giveBack(amount);
		this.whole = Math.min(this.limit.capacity(), this.whole + (long) (amount / this.part));
		return given;
	}

	// Where a forged count has used up what can be counted, the replica says nothing.
	@Override
	public boolean isFull() {
		return this.replica.hasRoomToCount() ? !this.replica.isBelowFull() : this.whole >= this.limit.capacity();
	}

	private long neededOfPart(long cost) {
		return (cost <= this.limit.capacity()) ? Math.min(cost, (long) (this.part * this.limit.capacity())) : cost;
	}

	private long ofWhole(long amount) {
		return (long) Math.ceil(amount / this.part);
	}

}
