package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.rule.SpendingMode;

/**
 * Tokens of one bucket that one request takes in advance of its cost. Compared by
 * identity; guarded by the lock of its bucket.
 */
public final class Advance {

	private final long amount;

	private @Nullable SpendingMode takenFrom;

	/**
	 * Creates what nobody has taken yet.
	 * @param amount micro-tokens
	 */
	public Advance(long amount) {
		this.amount = amount;
	}

	public long amount() {
		return this.amount;
	}

	void take(SpendingMode mode) {
		this.takenFrom = mode;
	}

	/**
	 * Whether it was taken from what this mode counts: else that never missed it.
	 */
	boolean isFrom(SpendingMode mode) {
		return this.takenFrom == mode;
	}

}
