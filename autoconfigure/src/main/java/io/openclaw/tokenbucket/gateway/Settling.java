package io.openclaw.tokenbucket.gateway;

import org.jspecify.annotations.Nullable;

/**
 * How requests are settled that took tokens in advance. Immutable.
 */
public final class Settling {

	private final SettlementRule rule;

	private final ErrorSettlement onError;

	private final @Nullable Long overdraft;

	/**
	 * Creates a way to settle.
	 * @param rule what requests have cost
	 * @param onError what those cost that failed before anybody knew
	 * @param overdraft how many tokens more a request may cost than it reserved;
	 * {@code null} for as many again
	 */
	Settling(SettlementRule rule, ErrorSettlement onError, @Nullable Long overdraft) {
		this.rule = rule;
		this.onError = onError;
		this.overdraft = overdraft;
	}

	SettlementRule rule() {
		return this.rule;
	}

	ErrorSettlement onError() {
		return this.onError;
	}

	/**
	 * What a request may cost beyond what it reserved.
	 * @param reserved whole tokens
	 * @return whole tokens, not negative
	 */
	public long overdraftOf(long reserved) {
		return (this.overdraft != null) ? this.overdraft : reserved;
	}

}
