package io.openclaw.tokenbucket.limiter.decision;

/**
 * The outcome of a decision.
 */
public enum Outcome {

	/** The tokens are consumed. */
	ADMITTED,

	/** Nothing is consumed. */
	REJECTED,

	/**
	 * Nothing is consumed, but the request goes on, since the limit is in shadow mode.
	 */
	SHADOW_REJECTED,

	/** The tokens are reserved until peers acknowledge or the wait ends. */
	WAITING

}
