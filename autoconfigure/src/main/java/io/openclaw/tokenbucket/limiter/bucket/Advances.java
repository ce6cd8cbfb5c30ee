package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.UnsettledSpending;

/**
 * What requests have taken of one bucket in advance of their costs. Amounts are
 * micro-tokens. Mutable, confined to its bucket.
 */
final class Advances {

	private final LocalReplica replica;

	private final AdmissionRule rule;

	// Most limits have none.
	private @Nullable UnsettledSpending unsettled;

	Advances(LocalReplica replica, AdmissionRule rule) {
		this.replica = replica;
		this.rule = rule;
	}

	boolean isEmpty() {
		return this.unsettled == null;
	}

	void take(Advance advance) {
		advance.take(this.rule.mode());
		if (this.unsettled == null) {
			this.unsettled = new UnsettledSpending();
		}
		this.unsettled.take(advance.amount());
	}

	/**
	 * The bucket was refilled up to now.
	 */
	void refilled() {
		if (this.unsettled != null) {
			this.unsettled.fillUpTo(this.replica.limit().capacity() - this.replica.level());
		}
	}

	/**
	 * Gives back what was not needed, as far as nothing filled its room, or consumes what
	 * was lacking.
	 * @param cost what the request has cost
	 * @return what came back
	 */
	long settle(Advance advance, long cost, long now) {
		long unused = Math.max(0, advance.amount() - cost);
		long back = close(advance, unused);
		if (cost > advance.amount()) {
			this.rule.spend(cost - advance.amount(), now);
		}
		return (back > 0) ? this.rule.giveBack(back, advance.isFrom(this.rule.mode())) : 0;
	}

	private long close(Advance advance, long unused) {
		UnsettledSpending open = this.unsettled;
		if (open == null) {
			return 0;
		}
		long back = open.settle(advance.amount(), unused);
		if (open.isEmpty()) {
			this.unsettled = null;
		}
		return back;
	}

}
