package io.openclaw.tokenbucket.observability.endpoint;

/**
 * The answer of a limit to the next request of a caller.
 */
enum Verdict {

	/** The bucket has tokens for it. */
	ADMITS,

	/** The bucket is full: it is not held, and had been dropped. */
	FULL,

	/** The bucket has too few tokens. */
	EXHAUSTED,

	/** The tokens are held aside for members that are not heard. */
	REDUCED_CAPACITY,

	/** This member has spent its own part of a limit in fallback. */
	FALLBACK,

	/** What was rejected last costs more than a bucket can hold. */
	COST_ABOVE_CAPACITY,

	/** The route admits nobody, whoever calls. */
	CLOSED,

	/** Nothing is known of such a caller. */
	UNKNOWN

}
