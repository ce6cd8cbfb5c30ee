package io.openclaw.tokenbucket.gateway;

/**
 * How a request ended.
 */
enum Ending {

	/** Its answer is whole. */
	ANSWERED,

	/** The upstream failed, or took too long. */
	FAILED,

	/** The caller went away. */
	CANCELLED,

	/** It reached no upstream. */
	NOT_FORWARDED

}
