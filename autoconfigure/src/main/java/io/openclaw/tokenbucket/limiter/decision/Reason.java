package io.openclaw.tokenbucket.limiter.decision;

/**
 * The reason of a decision.
 */
public enum Reason {

	/** The bucket had tokens, and this member had credit to spend them. */
	CREDIT,

	/**
	 * The bucket had tokens. No acknowledgement came in time, or the limit asks for none.
	 */
	LEVEL,

	/** The bucket has fewer tokens than the request costs. */
	EXHAUSTED,

	/** The bucket has tokens, but they are held aside for members that are not heard. */
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
