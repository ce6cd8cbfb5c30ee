package io.openclaw.tokenbucket.limiter.rule;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The level of a bucket, and what of it is available at this member: not the reserve for
 * members that are not heard, nor the excess that waits for being consumed. Amounts are
 * micro-tokens. Mutable, confined to its bucket.
 */
final class LocalLevel {

	// None in most of a million buckets.
	private @Nullable Excess excess;

	private long level;

	private long reserved;

	long level() {
		return this.level;
	}

	long reserved() {
		return this.reserved;
	}

	void add(long amount) {
		this.level += amount;
	}

	long available(Limit limit, MembershipView view) {
		return this.level - this.reserved - (isFree(limit, view) ? 0 : withheld());
	}

	/**
	 * Whether nothing of it is withheld or to be consumed.
	 */
	boolean isPlain() {
		return this.excess == null;
	}

	/**
	 * What there is was counted anew.
	 */
	void replace(long newLevel, long newReserved, Limit limit, MembershipView view) {
		this.level = newLevel;
		this.reserved = newReserved;
		if (isFree(limit, view)) {
			withholdNothing();
		}
		else if (isOverfull(limit)) {
			// The others may hold their part of what there was, and still leave what this
			// part may hold by now.
			withholdAbove(Math.max(view.part(limit.capacity()), limit.capacity() - newReserved), limit, view);
		}
		else if (this.excess != null) {
			keep(this.excess.withholdAtMost(newLevel - newReserved));
		}
	}

	/**
	 * What is available before the members change, so that the change frees nothing of
	 * the excess; no bound where nothing is withheld.
	 */
	long boundOfChange(Limit limit, MembershipView view) {
		return (withheld() > 0) ? available(limit, view) : Long.MAX_VALUE;
	}

	void withholdNothing() {
		if (this.excess != null) {
			keep(this.excess.withholdNothing());
		}
	}

	void withholdAbove(long most, Limit limit, MembershipView view) {
		if (!isFree(limit, view)) {
			keep(known().withholdAbove(most, this.level - this.reserved));
		}
	}

	/**
	 * The capacity changed.
	 * @param before what was available before
	 */
	void resize(long before, Limit limit, MembershipView view) {
		if (isOverfull(limit)) {
			withholdAbove(before, limit, view);
		}
		keep(known().follow(limit.capacity(), this.level));
	}

	/**
	 * What is to be consumed now that all are heard.
	 * @return micro-tokens, not positive if there is nothing
	 */
	long takeExcess(Limit limit) {
		if (this.excess == null) {
			return this.level - limit.capacity();
		}
		long taken = this.excess.take(limit.capacity(), this.level);
		keep(this.excess);
		return taken;
	}

	private long withheld() {
		return (this.excess != null) ? this.excess.withheld() : 0;
	}

	private Excess known() {
		return (this.excess != null) ? this.excess : new Excess();
	}

	private void keep(Excess changed) {
		this.excess = changed.isNone() ? null : changed;
	}

	// Once all are heard somebody consumes what is above the capacity. What a joiner may
	// spend is little anyway, and says nothing of what it may when it is counted.
	private boolean isFree(Limit limit, MembershipView view) {
		return view.isJoining() || (view.isComplete() && !isOverfull(limit));
	}

	// Replicas that refilled alike may differ by a few micro-tokens.
	private boolean isOverfull(Limit limit) {
		return this.level - limit.capacity() >= MicroTokens.PER_TOKEN;
	}

}
