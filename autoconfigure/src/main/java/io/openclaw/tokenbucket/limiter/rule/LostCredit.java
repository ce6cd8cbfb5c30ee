package io.openclaw.tokenbucket.limiter.rule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.membership.PeerView;

/**
 * What lost members may have spent on credit before they noticed. A member with most of
 * the demand has most of the credit, which is more than its part of the level. Nobody can
 * know whether it was spent, so all of it is held aside until its spending is known.
 * Amounts are micro-tokens, times nanoseconds of one clock. Mutable, confined to its
 * bucket.
 */
final class LostCredit {

	// Of what a member without demand shares by: less demand changes no share noticeably.
	private static final double LEAST = 0.1;

	// No map while nobody is lost: there are millions of these.
	private Map<MemberId, Loss> byMember = Map.of();

	/**
	 * Forgets members that are heard again or gone.
	 */
	void follow(MembershipView view) {
		if (!this.byMember.isEmpty()) {
			this.byMember.keySet().removeIf((member) -> view.hears(member) || !view.counts(member));
		}
		if (this.byMember.isEmpty()) {
			this.byMember = Map.of();
		}
	}

	/**
	 * Members are lost.
	 * @param marginNanos the time before its last message in which a lost member may have
	 * spent what it did not tell
	 * @param level of the bucket now
	 * @param history the states remembered and the one now, the oldest first
	 */
	void lose(List<PeerView> lost, long marginNanos, MembershipView view, Limit limit, long level,
			List<Known> history) {
		List<MemberId> members = Stream.concat(view.heard().stream(), view.unheard().stream().map(PeerView::id))
			.sorted()
			.toList();
		for (PeerView member : lost) {
			long credit = credit(member, member.lastReceivedNanos() - marginNanos, members, limit, level, history);
			if (credit > 0) {
				if (this.byMember.isEmpty()) {
					this.byMember = new HashMap<>();
				}
				this.byMember.put(member.id(), new Loss(credit, history.get(history.size() - 1).state()));
			}
		}
	}

	/**
	 * What members that know of each other's spending may have spent that is not known
	 * here.
	 */
	long left(List<PeerView> group, TokenBucketState state) {
		long left = 0;
		if (!this.byMember.isEmpty()) {
			for (PeerView lost : group) {
				Loss loss = this.byMember.get(lost.id());
				left += (loss != null) ? loss.left(lost.id(), state) : 0;
			}
		}
		return left;
	}

	/**
	 * Brings what was known at each loss under another fold.
	 */
	void translate(UnaryOperator<TokenBucketState> translation) {
		if (!this.byMember.isEmpty()) {
			this.byMember.replaceAll((member, loss) -> new Loss(loss.credit(), translation.apply(loss.known())));
		}
	}

	// The largest share that it can have believed in: it may know neither of any later
	// demand nor of what others have spent since.
	private static long credit(PeerView lost, long since, List<MemberId> members, Limit limit, long level,
			List<Known> history) {
		int last = lastBefore(lost.lastReceivedNanos(), history);
		long available = Math.min(limit.capacity(), level + spentByOthers(lost.id(), history.get(history.size() - 1))
				- spentByOthers(lost.id(), history.get(last)));
		double least = LEAST * FairShare.floor(limit.capacity(), members.size());
		Demand demand = new Demand();
		double most = 0;
		for (int i = 0; i < history.size(); i++) {
			Known known = history.get(i);
			if (i > 0) {
				learn(demand, history.get(i - 1).state(), known, limit.capacity());
			}
			if (i >= last) {
				long at = (since - known.nanos() > 0) ? since : known.nanos();
				demand.retain((member) -> demand.of(member, at) >= least);
				most = demand.isEmpty() ? most : Math.max(most,
						FairShare.of(demand, lost.id(), members, true, limit.capacity(), at).of(available));
			}
		}
		return (long) most;
	}

	private static int lastBefore(long nanos, List<Known> history) {
		for (int i = history.size() - 1; i > 0; i--) {
			if (nanos - history.get(i).nanos() > 0) {
				return i;
			}
		}
		return 0;
	}

	private static long spentByOthers(MemberId member, Known known) {
		TokenBucketState state = known.state();
		return state.allConsumed() - state.consumed().sum((birth) -> birth.member().equals(member));
	}

	// What was spent long ago and is told again is no demand: no more than a bucketful.
	private static void learn(Demand demand, TokenBucketState before, Known known, long capacity) {
		known.state()
			.consumed()
			.forEachAbove(before.consumed(), (birth, amount, earlier) -> demand.add(birth.member(),
					Math.min(amount - earlier, capacity), known.nanos()));
	}

	/**
	 * A state that was known at some time.
	 */
	record Known(long nanos, TokenBucketState state) {
	}

	private record Loss(long credit, TokenBucketState known) {

		long left(MemberId member, TokenBucketState state) {
			return this.credit - (state.netConsumedBy(member) - this.known.netConsumedBy(member));
		}

	}

}
