package io.openclaw.tokenbucket.limiter.limit;

/**
 * Decides about a request beyond the credit of this member: the bucket has tokens, but
 * peers have not acknowledged the latest spending.
 */
public enum Consistency {

	/** The request waits for an acknowledgement. It is rejected if none comes in time. */
	STRICT,

	/** The request waits for an acknowledgement. If none comes, the level decides. */
	BOUNDED,

	/** It is admitted on the level at once. */
	EVENTUAL

}
