package io.openclaw.tokenbucket.limiter.decision;

/**
 * The reason why a request was answered before any bucket was asked.
 */
public enum Refusal {

	/** The request lacks the key by which the limit counts. */
	MISSING_KEY,

	/** The circuit of its route is open, since the upstream is too slow. */
	CIRCUIT_OPEN

}
