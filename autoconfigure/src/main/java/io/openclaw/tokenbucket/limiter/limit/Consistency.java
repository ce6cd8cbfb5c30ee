package io.openclaw.tokenbucket.limiter.limit;

/**
 * What happens to a request for which the bucket has tokens, but this member no credit to
 * spend them before its peers have acknowledged what it spent last.
 */
public enum Consistency {

	/** It waits for an acknowledgement, and is rejected when none comes in time. */
	STRICT,

	/** It waits for an acknowledgement, and is admitted on the level when none comes. */
	BOUNDED,

	/** It is admitted on the level at once. */
	EVENTUAL

}
