package io.openclaw.tokenbucket.gateway.answer;

import java.time.Duration;

/**
 * The value of the header {@code Retry-After}, RFC 9110, section 10.2.3.
 */
public final class RetryAfter {

	private static final Duration ALMOST_A_SECOND = Duration.ofNanos(999_999_999);

	private RetryAfter() {
	}

	/**
	 * When to come back.
	 * @param wait until then, not negative
	 * @return whole seconds, rounded up, at least one
	 */
	public static long seconds(Duration wait) {
		return Math.max(1, wait.plus(ALMOST_A_SECOND).toSeconds());
	}

}
