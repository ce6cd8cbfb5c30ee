package io.openclaw.tokenbucket.limiter.decision;

/**
 * How a request was decided.
 */
public enum Outcome {

	/** The tokens are consumed. */
	ADMITTED,

	/** Nothing is consumed. */
	REJECTED,

	/**
	 * Nothing is consumed, and the request goes on all the same: the limit only shadows.
	 */
	SHADOW_REJECTED,

	/** The tokens are reserved until peers acknowledge or the wait ends. */
	WAITING

}
