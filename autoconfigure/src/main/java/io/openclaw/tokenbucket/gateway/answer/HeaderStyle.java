package io.openclaw.tokenbucket.gateway.answer;

/**
 * The headers that inform callers of their limits. {@code Retry-After} of a rejection is
 * there in any style.
 */
public enum HeaderStyle {

	/** {@code RateLimit-Policy} and {@code RateLimit}. */
	STANDARD,

	/** {@code X-RateLimit-Limit}, {@code -Remaining} and {@code -Reset}. */
	LEGACY,

	/** Standard and legacy. */
	BOTH,

	/** None. */
	NONE;

	boolean includesStandard() {
		return this == STANDARD || this == BOTH;
	}

	boolean includesLegacy() {
		return this == LEGACY || this == BOTH;
	}

}
