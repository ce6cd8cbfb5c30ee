package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Limit;

/**
 * What was spent of a bucket below zero, against the rules. Stateless.
 */
public final class Debt {

	private static final long SECOND_NANOS = 1_000_000_000;

	// Of one bucket, at one member.
	private static final double MOST_UNSETTLED = 1_000;

	private Debt() {
	}

	/**
	 * Whether more is missing than members can have overspent that keep to the rules. At
	 * worst each spends a full bucket and a second's refill before it hears of the
	 * others, and has very many requests under way that all cost more than they took.
	 * @param overdraft how much more each may cost
	 */
	public static boolean isBeyondRules(LocalReplica replica, long overdraft) {
		Limit limit = replica.limit();
		double most = limit.capacity() + limit.refillRate().accruedIn(SECOND_NANOS) + MOST_UNSETTLED * overdraft;
		return replica.level() < -most * replica.view().size();
	}

	/**
	 * Refills it. Otherwise those who kept to the rules would be rejected until it is
	 * refilled. All get equal parts, as of any refill: so several members that do it at
	 * once do it once, and one that is lost later gains nothing. Nothing happens unless
	 * all are heard, since sides that are apart would each forgive the same.
	 * @return whether there is no debt any more
	 */
	public static boolean forgive(LocalReplica replica) {
		if (replica.level() < 0 && replica.view().isComplete()) {
			replica.grantToEach((-replica.level() - 1) / replica.view().size() + 1);
		}
		return replica.level() >= 0;
	}

}
