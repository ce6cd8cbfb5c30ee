package io.openclaw.tokenbucket.gateway.answer;

import java.time.Duration;
import java.util.List;

/**
 * The value of the header {@code Retry-After}, RFC 9110, section 10.2.3.
 */
public final class RetryAfter {

	private static final long NANOS_PER_SECOND = 1_000_000_000;

	private RetryAfter() {
	}

	/**
	 * When to come back.
	 * @param wait until then, not negative
	 * @return whole seconds, rounded up, at least one
	 */
	public static long seconds(Duration wait) {
		return Math.max(1, roundUp(wait.toNanos()));
	}

	/**
	 * When to come back after a rejection. Who waited in vain for an acknowledgement
	 * could be admitted at once, and is told to wait a second as well.
	 * @param violated the limits that rejected the request
	 * @return seconds until the last of them would admit it, at least one
	 */
	static long seconds(List<Quota> violated) {
		return Math.max(1, longest(violated));
	}

	/**
	 * The longest of several delays.
	 * @return seconds, zero of none
	 */
	static long longest(List<Quota> quotas) {
		long longest = 0;
		for (Quota quota : quotas) {
			longest = Math.max(longest, quota.delay());
		}
		return longest;
	}

	static long roundUp(long nanos) {
		return nanos / NANOS_PER_SECOND + ((nanos % NANOS_PER_SECOND > 0) ? 1 : 0);
	}

}
