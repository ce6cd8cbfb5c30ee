package io.openclaw.tokenbucket.limiter;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;

/**
 * A limit and how strictly members agree on it before they spend. Immutable.
 *
 * @param limit the limit
 * @param consistency what happens to a request that is short of credit
 * @param creditWait how long such a request waits for an acknowledgement, not negative
 */
public record LimitPolicy(Limit limit, Consistency consistency, Duration creditWait) {

	/**
	 * Creates a policy.
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public LimitPolicy {
		if (creditWait.isNegative()) {
			throw new IllegalArgumentException("creditWait must not be negative: " + creditWait);
		}
	}

}
