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
 * @param overdraft micro-tokens that a request may cost beyond what it took in advance,
 * not negative; zero where costs are final
 */
public record LimitPolicy(Limit limit, Consistency consistency, Duration creditWait, Mode mode, long overdraft) {

	/**
	 * Creates a policy.
	 * @throws IllegalArgumentException if the wait or the overdraft is negative
	 */
	public LimitPolicy {
		if (creditWait.isNegative()) {
			throw new IllegalArgumentException("creditWait must not be negative: " + creditWait);
		}
		if (overdraft < 0) {
			throw new IllegalArgumentException("overdraft must not be negative: " + overdraft);
		}
	}

	/**
	 * Creates a policy whose costs are final.
	 * @param limit the limit
	 * @param consistency what happens to a request that is short of credit
	 * @param creditWait how long such a request waits for an acknowledgement
	 * @param mode whether what it rejects is rejected
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public LimitPolicy(Limit limit, Consistency consistency, Duration creditWait, Mode mode) {
		this(limit, consistency, creditWait, mode, 0);
	}

	/**
	 * Creates a policy that is enforced and whose costs are final.
	 * @param limit the limit
	 * @param consistency what happens to a request that is short of credit
	 * @param creditWait how long such a request waits for an acknowledgement
	 * @throws IllegalArgumentException if the wait is negative
	 */
	public LimitPolicy(Limit limit, Consistency consistency, Duration creditWait) {
		this(limit, consistency, creditWait, Mode.ENFORCE);
	}

}
