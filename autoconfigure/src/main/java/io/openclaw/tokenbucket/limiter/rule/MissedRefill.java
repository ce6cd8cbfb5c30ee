package io.openclaw.tokenbucket.limiter.rule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongBiFunction;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

/**
 * The refill that the shares of lost members miss. When a member is removed, its missed
 * refill is granted to it, once. Members remove a lost one at different moments, and
 * learn of each other's grants before. So each counts from the value of {@code granted}
 * at the loss. Amounts are micro-tokens, times nanoseconds of one clock. Mutable,
 * confined to its bucket.
 */
final class MissedRefill {

	// No map while nobody is lost: there are millions of these.
	private Map<MemberId, Loss> byMember = Map.of();

	boolean isEmpty() {
		return this.byMember.isEmpty();
	}

	/**
	 * Begins with the members that are lost when the bucket is created.
	 */
	void begin(MembershipView view, TokenBucketState state, long now) {
		for (PeerView lost : view.unheard()) {
			note(lost, state, now);
		}
	}

	/**
	 * Adds the refill missed until now, before the limit or the number of members
	 * changes.
	 */
	void accrue(Limit limit, int members, long now) {
		if (!this.byMember.isEmpty()) {
			this.byMember.replaceAll((member, loss) -> loss.accrue(limit, members, now));
		}
	}

	/**
	 * Grants the missed refill to members that were removed, up to full. The view of a
	 * joiner lists no peers, so it has removed none.
	 */
	TokenBucketState grantRemoved(MembershipView before, MembershipView after, Limit limit, TokenBucketState state) {
		TokenBucketState granted = state;
		for (PeerView lost : before.unheard()) {
			if (!after.isJoining() && !after.counts(lost.id())) {
				long room = limit.capacity() - limit.level(granted);
				granted = granted.grant(List.of(lost.id()), Math.max(0, Math.min(due(lost.id(), granted), room)));
			}
		}
		return granted;
	}

	/**
	 * Follows changes of the lost members. A joiner leaves members that were lost
	 * meanwhile to the others, which may have granted their refill already. Its earlier
	 * notes still hold.
	 */
	void follow(MembershipView before, MembershipView after, TokenBucketState state) {
		if (after.isJoining()) {
			return;
		}
		if (!this.byMember.isEmpty()) {
			this.byMember.keySet().removeIf((member) -> after.hears(member) || !after.counts(member));
		}
		if (!before.isJoining()) {
			for (PeerView lost : after.unheard()) {
				note(lost, state, lost.unheardSinceNanos());
			}
		}
		if (this.byMember.isEmpty()) {
			this.byMember = Map.of();
		}
	}

	/**
	 * Brings what was granted at each loss under another fold.
	 * @param granted translates what a member was granted
	 */
	void translate(ToLongBiFunction<MemberId, Long> granted) {
		if (!this.byMember.isEmpty()) {
			this.byMember.replaceAll((member, loss) -> new Loss(granted.applyAsLong(member, loss.granted()),
					loss.refilled(), loss.until()));
		}
	}

	private void note(PeerView lost, TokenBucketState state, long since) {
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
	 * The loss of one member.
	 *
	 * @param granted the value of granted when it was lost
	 * @param refilled the refill that its share missed until then
	 * @param until the time of the last update
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
