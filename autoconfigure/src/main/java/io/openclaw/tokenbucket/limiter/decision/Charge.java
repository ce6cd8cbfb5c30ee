package io.openclaw.tokenbucket.limiter.decision;

/**
 * What one request costs in one bucket. Immutable.
 *
 * @param limit the name of the limit
 * @param key whose bucket it is
 * @param tokens the cost in whole tokens, not negative
 */
public record Charge(String limit, String key, long tokens) {

	/**
	 * Creates a charge.
	 * @throws IllegalArgumentException if the cost is negative
	 */
	public Charge {
		if (tokens < 0) {
			throw new IllegalArgumentException("tokens must not be negative: " + tokens);
		}
	}

}
