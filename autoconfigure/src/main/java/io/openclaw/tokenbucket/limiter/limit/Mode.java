package io.openclaw.tokenbucket.limiter.limit;

/**
 * Whether a limit's decisions have consequences.
 */
public enum Mode {

	/** The limit rejects requests. */
	ENFORCE,

	/**
	 * The limit decides, counts and consumes what it would have admitted, but rejects
	 * nothing, delays nothing and holds up no other limit of the same request.
	 */
	SHADOW

}
