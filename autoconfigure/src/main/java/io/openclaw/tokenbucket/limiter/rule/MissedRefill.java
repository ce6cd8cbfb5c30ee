package io.openclaw.tokenbucket.limiter.rule;

import java.util.HashMap;
import java.util.Map;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * What the shares of lost members would have refilled. It is granted to a member when it
 * is removed. Each member removes a lost one at another moment, and learns before what
 * others have granted: so what is due is counted from what was granted at the loss.
 * Amounts are micro-tokens, times nanoseconds of one clock. Mutable, confined to its
 * bucket.
 */
final class MissedRefill {

	private final Map<MemberId, Loss> byMember = new HashMap<>();

	/**
	 * Time passes under a limit and a number of members that may change now.
	 */
	void accrue(Limit limit, int members, long now) {
		this.byMember.replaceAll((member, loss) -> loss.accrue(limit, members, now));
	}

	/**
	 * What may still be granted to a removed member.
	 * @return micro-tokens, not positive if others have granted all
	 */
	long due(MemberId removed, TokenBucketState state) {
		Loss loss = this.byMember.get(removed);
		return (loss != null) ? loss.granted() + loss.refilled() - state.granted().get(removed) : 0;
	}

	/**
	 * Begins with who is lost already when the bucket is created.
	 */
	void begin(MembershipView view, TokenBucketState state, long now) {
		view.unheard().forEach((lost) -> this.byMember.put(lost.id(), new Loss(granted(lost, state), 0, now)));
	}

	/**
	 * Follows who is lost. A joiner leaves those that were lost meanwhile to the others,
	 * which may have granted what is due by now. What it noted before still holds.
	 */
	void follow(MembershipView before, MembershipView after, TokenBucketState state) {
		if (after.isJoining()) {
			return;
		}
		this.byMember.keySet().removeIf((member) -> after.hears(member) || !after.counts(member));
		if (!before.isJoining()) {
			after.unheard()
				.forEach((lost) -> this.byMember.computeIfAbsent(lost.id(),
						(member) -> new Loss(granted(lost, state), 0, lost.unheardSinceNanos())));
		}
	}

	private static long granted(MembershipView.Peer lost, TokenBucketState state) {
		return state.granted().get(lost.id());
	}

	/**
	 * Of one member.
	 *
	 * @param granted to it when it was lost
	 * @param refilled what its share would have refilled until a moment
	 * @param until that moment
	 */
	private record Loss(long granted, long refilled, long until) {

		Loss accrue(Limit limit, int members, long now) {
			if (now - this.until <= 0) {
				return this;
			}
			long more = Math.min(limit.capacity(), limit.refillRate().accruedIn(now - this.until) / members);
			return new Loss(this.granted, Math.min(limit.capacity(), this.refilled + more), now);
		}

	}

}
