package io.openclaw.tokenbucket.limiter;

/**
 * Where the definition of a limit that a member follows came from.
 */
public enum LimitSource {

	/** From this member's own configuration. */
	CONFIGURATION,

	/** From an operator, through this member's endpoint. */
	ENDPOINT,

	/** From another member. */
	FLEET

}
