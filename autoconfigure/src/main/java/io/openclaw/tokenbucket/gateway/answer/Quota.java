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
 * @param limit the limit as it was defined at the time
 * @param remaining tokens left after the decision
 * @param delay seconds until the same cost would be admitted
 * @param violated whether this limit is why the request was rejected
 */
record Quota(Limit limit, long remaining, long delay, boolean violated) {

	/** The limit that a caller meets first comes first. */
	static final Comparator<Quota> TIGHTEST_FIRST = Comparator.comparing(Quota::violated)
		.reversed()
		.thenComparing(Comparator.comparingLong(Quota::delay).reversed())
		.thenComparingLong(Quota::remaining);

	static Quota of(Decision decision) {
		Limit limit = decision.limit();
		// What will never be admitted as things stand may be when the fleet is whole
		// again.
		long delay = (decision.nanosToWait() == Long.MAX_VALUE) ? window(limit)
				: RetryAfter.roundUp(decision.nanosToWait());
		return new Quota(limit, Math.max(0, decision.remainingTokens()), delay,
				decision.outcome() == Outcome.REJECTED && decision.reason() != Reason.OTHER_LIMIT);
	}

	/**
	 * Seconds in which an empty bucket of a limit fills.
	 */
	static long window(Limit limit) {
		return Math.max(1, RetryAfter.roundUp(limit.refillRate().nanosToAccrue(limit.capacity())));
	}

	/**
	 * The name of the limit.
	 */
	String policy() {
		return this.limit.name();
	}

	/**
	 * The capacity.
	 */
	long tokens() {
		return MicroTokens.toWholeTokens(this.limit.capacity());
	}

	/**
	 * The quotas that are why a request was rejected.
	 */
	static List<Quota> violatedIn(List<Decision> decisions) {
		List<Quota> quotas = of(decisions);
		quotas.removeIf((quota) -> !quota.violated());
		return quotas;
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
