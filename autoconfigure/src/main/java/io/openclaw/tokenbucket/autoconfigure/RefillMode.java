package io.openclaw.tokenbucket.autoconfigure;

/**
 * By what the refill rate of a limit goes.
 */
public enum RefillMode {

	/** By the configuration alone. */
	FIXED,

	/** By what the upstream bears, at most the configured rate. */
	ADAPTIVE,

	/** By the configuration; what the upstream bears is shown. */
	ADVISE

}
