package io.openclaw.tokenbucket.crdt;

/**
 * The unit of account: a millionth of a token. Integers, so that replicas that add the
 * same amounts in different orders agree to the last digit.
 */
public final class MicroTokens {

	/** Micro-tokens in one token. */
	public static final long PER_TOKEN = 1_000_000;

	/** The most tokens that a limit may hold: 10⁹, so that sums over years fit a long. */
	public static final long MAX_TOKENS = 1_000_000_000L;

	private MicroTokens() {
	}

	/**
	 * Converts tokens.
	 * @param tokens whole tokens, at most {@link #MAX_TOKENS} either side of zero
	 * @return micro-tokens
	 * @throws IllegalArgumentException if out of range
	 */
	public static long ofTokens(long tokens) {
		if (tokens > MAX_TOKENS || tokens < -MAX_TOKENS) {
			throw new IllegalArgumentException("tokens must be at most " + MAX_TOKENS + ": " + tokens);
		}
		return tokens * PER_TOKEN;
	}

	/**
	 * Converts to whole tokens, rounded down.
	 * @param microTokens micro-tokens
	 * @return whole tokens
	 */
	public static long toWholeTokens(long microTokens) {
		return Math.floorDiv(microTokens, PER_TOKEN);
	}

	/**
	 * Converts to tokens.
	 * @param microTokens micro-tokens
	 * @return tokens with their fraction
	 */
	public static double toTokens(long microTokens) {
		return (double) microTokens / PER_TOKEN;
	}

}
