package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.decision.Reason;

/**
 * By what a member spends of a bucket: by the replicated state, or in fallback by its own
 * count. Amounts are micro-tokens, times nanoseconds of one clock. Confined to its
 * bucket.
 */
public interface SpendingMode {

	/**
	 * What this member may spend, reservations aside; possibly negative.
	 */
	long spendable();

	/**
	 * How much must be spendable for a request to be admitted: what it costs, or all that
	 * this member can ever have where it costs more than that. The refill that follows
	 * pays what it owes.
	 */
	long needed(long cost);

	/**
	 * Whether a cost may be spent before the peers acknowledge what was spent last.
	 * @param available spendable micro-tokens
	 * @param held what will be spent for others before
	 */
	boolean hasCredit(long cost, long available, long held);

	/**
	 * How much several requests together may spend before the peers acknowledge it.
	 * @param available spendable micro-tokens
	 * @param held what will be spent for others before
	 * @return possibly negative
	 */
	long credit(long available, long held);

	/**
	 * Why a cost cannot be spent that is more than what is available.
	 */
	Reason shortage(long cost, long available);

	/**
	 * How long until a request is admitted if no other is.
	 * @return nanoseconds; {@link Long#MAX_VALUE} if never
	 */
	long nanosToHave(long cost, long available);

	void spend(long cost);

	/**
	 * Gives back what was spent by this mode, no more than there is room for.
	 * @return how much was given
	 */
	long giveBack(long amount);

	/**
	 * Goes on under a limit that changed, as the replica did.
	 */
	void follow(Limit limit, long now);

	/**
	 * Whether a fresh bucket would equal this one.
	 */
	boolean isFull();

}
