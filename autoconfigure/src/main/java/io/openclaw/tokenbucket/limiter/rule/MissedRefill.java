package io.openclaw.tokenbucket.limiter.rule;

import java.util.HashMap;
import java.util.List;
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

	// No map while nobody is lost: there are millions of these.
	private Map<MemberId, Loss> byMember = Map.of();

	/**
	 * Begins with who is lost already when the bucket is created.
	 */
	void begin(MembershipView view, TokenBucketState state, long now) {
		for (MembershipView.Peer lost : view.unheard()) {
			note(lost, state, now);
		}
	}

	/**
	 * Time passes under a limit and a number of members that may change now.
	 */
	void accrue(Limit limit, int members, long now) {
		if (!this.byMember.isEmpty()) {
			this.byMember.replaceAll((member, loss) -> loss.accrue(limit, members, now));
		}
	}

	/**
	 * Grants to those that were removed what is due to them, up to full. The view of a
	 * joiner names no peers, and has removed none.
	 */
	TokenBucketState grantRemoved(MembershipView before, MembershipView after, Limit limit, TokenBucketState state) {
		TokenBucketState granted = state;
		for (MembershipView.Peer lost : before.unheard()) {
			if (!after.isJoining() && !after.counts(lost.id())) {
				long room = limit.capacity() - limit.level(granted);
				granted = granted.grant(List.of(lost.id()), Math.max(0, Math.min(due(lost.id(), granted), room)));
			}
		}
		return granted;
	}

	/**
	 * Follows who is lost. A joiner leaves those that were lost meanwhile to the others,
	 * which may have granted what is due by now. What it noted before still holds.
	 */
	void follow(MembershipView before, MembershipView after, TokenBucketState state) {
		if (after.isJoining()) {
			return;
		}
		if (!this.byMember.isEmpty()) {
			this.byMember.keySet().removeIf((member) -> after.hears(member) || !after.counts(member));
		}
		if (!before.isJoining()) {
			for (MembershipView.Peer lost : after.unheard()) {
				note(lost, state, lost.unheardSinceNanos());
			}
		}
		if (this.byMember.isEmpty()) {
			this.byMember = Map.of();
		}
	}

	private void note(MembershipView.Peer lost, TokenBucketState state, long since) {
		if (this.byMember.isEmpty()) {
			this.byMember = new HashMap<>();
		}
		this.byMember.putIfAbsent(lost.id(), new Loss(state.granted().get(lost.id()), 0, since));
	}

	// Not positive if others have granted all.
	private long due(MemberId removed, TokenBucketState state) {
		Loss loss = this.byMember.get(removed);
		return (loss != null) ? loss.granted() + loss.refilled() - state.granted().get(removed) : 0;
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
