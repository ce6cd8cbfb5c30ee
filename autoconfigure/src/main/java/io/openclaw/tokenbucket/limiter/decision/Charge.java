package io.openclaw.tokenbucket.limiter.decision;

import org.jspecify.annotations.Nullable;

/**
 * The cost of one request in one bucket. Immutable.
 *
 * @param limit the name of the limit
 * @param key whose bucket it is
 * @param tokens the cost in whole tokens, not negative
 * @param overdraft how many whole tokens more the request may turn out to cost, where its
 * cost is known only afterwards; {@code null} where the cost is final
 */
public record Charge(String limit, String key, long tokens, @Nullable Long overdraft) {

	/**
	 * Creates a charge.
	 * @throws IllegalArgumentException if the cost or the overdraft is negative
	 */
	public Charge {
		if (tokens < 0) {
			throw new IllegalArgumentException("tokens must not be negative: " + tokens);
		}
		if (overdraft != null && overdraft < 0) {
			throw new IllegalArgumentException("overdraft must not be negative: " + overdraft);
		}
	}

	/**
	 * Creates a charge that is final.
	 * @param limit the name of the limit
	 * @param key whose bucket it is
	 * @param tokens the cost in whole tokens
	 * @throws IllegalArgumentException if the cost is negative
	 */
	public Charge(String limit, String key, long tokens) {
		this(limit, key, tokens, null);
	}

	/**
	 * A charge in advance of the cost: who is admitted gets a {@link Settlement}. One of
	 * no tokens is admitted while the bucket has any.
	 * @param limit the name of the limit
	 * @param key whose bucket it is
	 * @param tokens whole tokens that are taken when the request is admitted
	 * @param overdraft how many whole tokens more it may turn out to cost
	 * @return the charge
	 * @throws IllegalArgumentException if either is negative
	 */
	public static Charge inAdvance(String limit, String key, long tokens, long overdraft) {
		return new Charge(limit, key, tokens, overdraft);
	}

	/**
	 * Whether the request is settled once its cost is known.
	 * @return {@code true} if the tokens are taken in advance
	 */
	public boolean isInAdvance() {
		return this.overdraft != null;
	}

}
