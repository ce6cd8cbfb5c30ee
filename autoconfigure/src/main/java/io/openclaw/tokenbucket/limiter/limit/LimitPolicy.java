package io.openclaw.tokenbucket.limiter.limit;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;

/**
 * A limit, how strictly members agree on it before they spend, and whether it is
 * enforced. Immutable.
 *
 * @param limit the limit
 * @param consistency what happens to a request that is short of credit
 * @param creditWait how long such a request waits for an acknowledgement, not negative
 * @param mode whether what it rejects is rejected
 */
public record LimitPolicy(Limit limit, Consistency consistency, Duration creditWait, Mode mode) {

	/**
	 * Creates a policy.
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public LimitPolicy {
		if (creditWait.isNegative()) {
			throw new IllegalArgumentException("creditWait must not be negative: " + creditWait);
		}
	}

	/**
	 * Creates a policy that is enforced.
	 * @param limit the limit
	 * @param consistency what happens to a request that is short of credit
	 * @param creditWait how long such a request waits for an acknowledgement
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public LimitPolicy(Limit limit, Consistency consistency, Duration creditWait) {
		this(limit, consistency, creditWait, Mode.ENFORCE);
	}

}
