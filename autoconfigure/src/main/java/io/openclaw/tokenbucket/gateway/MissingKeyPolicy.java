package io.openclaw.tokenbucket.gateway;

/**
 * The treatment of a request that lacks the key of a limit.
 */
public enum MissingKeyPolicy {

	/** The gateway answers 400. */
	REJECT,

	/** All such requests share one bucket. */
	SHARED,

	/** This limit does not apply to the request. */
	ALLOW

}
