package io.openclaw.tokenbucket.limiter.decision;

/**
 * Tokens that a request took in advance of its cost, to be settled once that is known.
 * Only the first call counts, whichever it is. Thread-safe; no method blocks. Whoever
 * never settles keeps the tokens spent, as a gateway does that dies.
 */
public interface Settlement {

	/**
	 * The request has used so many tokens. What it took beyond comes back to the bucket,
	 * as far as there is room; what it lacks is consumed, even below zero, up to the
	 * overdraft of its charge.
	 * @param tokens whole tokens, not negative
	 * @return whether this call settled the request
	 * @throws IllegalArgumentException if the tokens are negative
	 */
	boolean settle(long tokens);

	/**
	 * The request has used nothing.
	 * @return whether this call settled the request
	 */
	boolean refund();

	/**
	 * Nobody knows what the request has used: it costs what it took.
	 * @return whether this call settled the request
	 */
	boolean keep();

}
