package io.openclaw.tokenbucket.limiter.decision;

/**
 * One reservation that was settled. Amounts are micro-tokens, not negative. Immutable.
 *
 * @param limit the name of the limit
 * @param key whose bucket, as endpoints show it: an API key by its id
 * @param outcome what was known of the cost
 * @param reserved what was taken in advance
 * @param used what the request used
 * @param refunded what of the reserved came back
 * @param overdrawn what was consumed beyond the reserved
 */
public record SettlementEvent(String limit, String key, Outcome outcome, long reserved, long used, long refunded,
		long overdrawn) {

	/**
	 * What the request has cost in the end.
	 * @return micro-tokens, not negative
	 */
	public long settled() {
		return this.reserved - this.refunded + this.overdrawn;
	}

	/**
	 * What was used beyond the overdraft, and no bucket paid for.
	 * @return micro-tokens, not negative
	 */
	public long unpaid() {
		return Math.max(0, this.used - this.reserved - this.overdrawn);
	}

	/**
	 * What was known of the cost.
	 */
	public enum Outcome {

		/** The request said what it used. */
		USED,

		/** It used nothing, or was given it back. */
		REFUNDED,

		/** Nobody knows: it cost what it had reserved. */
		KEPT

	}

}
