package io.openclaw.tokenbucket.limiter.decision;

/**
 * Why a request was decided as it was.
 */
public enum Reason {

	/** The bucket had tokens, and this member credit to spend them. */
	CREDIT,

	/** The bucket had tokens; no acknowledgement came in time, or none is asked for. */
	LEVEL,

	/** The bucket has fewer tokens than the request costs. */
	EXHAUSTED,

	/** The bucket has tokens, but the members that hold them aside cannot be heard. */
	REDUCED_CAPACITY,

	/** The limit is in fallback, and this member has spent its part. */
	FALLBACK,

	/** The bucket has tokens, but no acknowledgement came in time. */
	UNACKNOWLEDGED,

	/** The request costs more than the bucket can ever hold. */
	COST_ABOVE_CAPACITY,

	/** Another limit of the same request rejected it. */
	OTHER_LIMIT

}
