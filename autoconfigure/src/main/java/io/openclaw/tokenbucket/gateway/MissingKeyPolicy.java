package io.openclaw.tokenbucket.gateway;

/**
 * What happens to a request in which the key of a limit is missing.
 */
public enum MissingKeyPolicy {

	/** It is answered with 400. */
	REJECT,

	/** It draws on one bucket that all such requests share. */
	SHARED,

	/** This limit does not apply to it. */
	ALLOW

}
