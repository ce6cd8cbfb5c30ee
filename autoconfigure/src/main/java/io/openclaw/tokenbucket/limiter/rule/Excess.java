package io.openclaw.tokenbucket.limiter.rule;

/**
 * The tokens above the capacity of a bucket: several members granted it, each in good
 * faith, or the capacity shrank. One member consumes it for all, once all are heard. Each
 * side of a partition withholds it until then. Amounts are micro-tokens. Mutable,
 * confined to its bucket.
 */
final class Excess {

	private long withheld;

	// What was above a capacity when it shrank, until it is consumed.
	private long shrunkBy;

	/**
	 * Whether nothing is withheld or to be consumed.
	 */
	boolean isNone() {
		return this.withheld == 0 && this.shrunkBy == 0;
	}

	long withheld() {
		return this.withheld;
	}

	Excess withholdNothing() {
		this.withheld = 0;
		return this;
	}

	/**
	 * Leaves a side no more than its part. Spending lowers what is available, and frees
	 * nothing of this.
	 * @param held what this side holds
	 * @param most of it that may be available
	 */
	Excess withholdAbove(long most, long held) {
		if (held - this.withheld > most) {
			this.withheld = held - most;
		}
		return this;
	}

	/**
	 * Withholds no more than there is: where less is held, somebody who hears all has
	 * consumed it, and the others may spend no more of it either.
	 */
	Excess withholdAtMost(long held) {
		this.withheld = Math.min(this.withheld, Math.max(0, held));
		return this;
	}

	/**
	 * The capacity changed.
	 */
	Excess follow(long capacity, long level) {
		this.shrunkBy = Math.max(0, level - capacity);
		return this;
	}

	/**
	 * What is to be consumed now that all are heard, even of what was above a capacity
	 * that shrank and that others have spent from since.
	 * @return micro-tokens, not positive if there is nothing
	 */
	long take(long capacity, long level) {
		long excess = Math.max(level - capacity, Math.min(this.shrunkBy, level));
		this.shrunkBy = 0;
		return excess;
	}

}
