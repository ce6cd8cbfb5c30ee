package io.openclaw.tokenbucket.gateway.answer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Mode;

/**
 * A decision in the units in which callers are told of it: whole tokens, rounded down,
 * and whole seconds, rounded up.
 *
 * @param policy the name of the limit
 * @param tokens the capacity
 * @param window seconds in which an empty bucket fills
 * @param remaining tokens left after the decision
 * @param delay seconds until the same cost would be admitted
 * @param violated whether this limit is why the request was rejected
 */
record Quota(String policy, long tokens, long window, long remaining, long delay, boolean violated) {

	/** The limit that a caller meets first comes first. */
	static final Comparator<Quota> TIGHTEST_FIRST = Comparator.comparing(Quota::violated)
		.reversed()
		.thenComparing(Comparator.comparingLong(Quota::delay).reversed())
		.thenComparingLong(Quota::remaining);

	static Quota of(Decision decision) {
		Limit limit = decision.limit();
		long window = Math.max(1, RetryAfter.roundUp(limit.refillRate().nanosToAccrue(limit.capacity())));
		// What will never be admitted as things stand may be when the fleet is whole
		// again.
		long delay = (decision.nanosToWait() == Long.MAX_VALUE) ? window : RetryAfter.roundUp(decision.nanosToWait());
		return new Quota(limit.name(), MicroTokens.toWholeTokens(limit.capacity()), window,
				Math.max(0, decision.remainingTokens()), delay,
				decision.outcome() == Outcome.REJECTED && decision.reason() != Reason.OTHER_LIMIT);
	}

	/**
	 * The quotas that a caller has. Limits in shadow mode are none: a caller that minded
	 * them would be limited by them.
	 */
	static List<Quota> of(List<Decision> decisions) {
		List<Quota> quotas = new ArrayList<>(decisions.size());
		for (Decision decision : decisions) {
			if (decision.mode() == Mode.ENFORCE) {
				quotas.add(of(decision));
			}
		}
		return quotas;
	}

}
