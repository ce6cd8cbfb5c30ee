package io.openclaw.tokenbucket.limiter.limit;

/**
 * The source of the definition that a member follows.
 */
public enum LimitSource {

	/** From this member's own configuration. */
	CONFIGURATION,

	/** From an operator, through this member's endpoint. */
	ENDPOINT,

	/** From another member. */
	FLEET,

	/** From what gateways saved, none of which needs to live any more. */
	SAVED;

	/**
	 * Whether the definition was made elsewhere and only learned here.
	 */
	public boolean isLearned() {
		return this == FLEET || this == SAVED;
	}

}
