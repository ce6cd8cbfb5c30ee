package io.openclaw.tokenbucket.limiter;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.Refill;

/**
 * What a member spends of a bucket in fallback: its part of the limit by its own count
 * and clock, whatever others claim to have spent or refilled. Amounts are micro-tokens,
 * times nanoseconds of one clock. Mutable, confined to its bucket.
 */
final class OwnPart {

	private Limit limit;

	private final Refill refill;

	private double part;

	// As if the whole were this member's, so that it holds for whatever the part becomes.
	private long whole;

	private long settledAt;

	/**
	 * Takes this member's part of what is there.
	 * @param limit the limit
	 * @param level of the whole bucket; a debt is not this member's
	 * @param now the current time
	 */
	OwnPart(Limit limit, long level, long now) {
		this.limit = limit;
		this.refill = new Refill(limit.refillRate(), 1);
		this.whole = Math.max(0, Math.min(level, limit.capacity()));
		this.settledAt = now;
	}

	/**
	 * Refills up to the capacity.
	 * @param newPart of the limit, above zero and at most one
	 * @param now the current time
	 */
	void settle(double newPart, long now) {
		this.part = newPart;
		long elapsed = now - this.settledAt;
		if (elapsed > 0) {
			this.settledAt = now;
			this.whole += this.refill.accrue(elapsed, this.limit.capacity() - this.whole);
		}
	}

	/**
	 * Goes on under a limit that changed.
	 */
	void change(Limit newLimit, long now) {
		settle(this.part, now);
		this.limit = newLimit;
		this.refill.changeRate(newLimit.refillRate());
		this.whole = Math.min(this.whole, newLimit.capacity());
	}

	boolean isFull() {
		return this.whole >= this.limit.capacity();
	}

	long spendable() {
		return (long) (this.part * this.whole);
	}

	void spend(long amount) {
		this.whole -= ofWhole(amount);
	}

	/**
	 * How much must be spendable for a request to be admitted: what it costs, or the full
	 * part where it costs more than that. The refill that follows pays what it owes.
	 * @param cost micro-tokens
	 * @return micro-tokens
	 */
	long needed(long cost) {
		boolean possible = cost <= this.limit.capacity();
		return possible ? Math.min(cost, (long) (this.part * this.limit.capacity())) : cost;
	}

	/**
	 * How long until a request is admitted if no other is.
	 * @param cost micro-tokens
	 * @param available micro-tokens spendable now
	 * @return nanoseconds
	 */
	long nanosToHave(long cost, long available) {
		long missing = needed(cost) - available;
		return (missing <= 0) ? 0 : this.limit.refillRate().nanosToAccrue(ofWhole(missing));
	}

	private long ofWhole(long amount) {
		return (long) Math.ceil(amount / this.part);
	}

}
