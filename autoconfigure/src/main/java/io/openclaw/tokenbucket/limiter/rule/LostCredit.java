package io.openclaw.tokenbucket.limiter.rule;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
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
	 * @param parts what is held aside for each anyway
	 * @param marginNanos the time before its last message in which a lost member may have
	 * spent what it did not tell
	 * @param level of the bucket now
	 * @param history the states remembered and the one now, the oldest first
	 */
	void lose(List<PeerView> lost, ToLongFunction<PeerView> parts, long marginNanos, MembershipView view, Limit limit,
			long level, List<Known> history) {
		List<PeerView> spenders = spenders(lost, history);
		if (spenders.isEmpty()) {
			return;
		}
		Known now = history.get(history.size() - 1);
		List<Claim> claims = spenders.stream()
			.map((member) -> Claim.of(member, marginNanos, limit, level, history))
			.toList();
		reckon(claims, view, limit.capacity(), history);
		for (Claim claim : claims) {
			if (claim.credit > Math.max(0, parts.applyAsLong(claim.member))) {
				if (this.byMember.isEmpty()) {
					this.byMember = new HashMap<>();
				}
				this.byMember.put(claim.member.id(), new Loss((long) claim.credit, now.state()));
			}
		}
	}

	/**
	 * What a lost member may have spent that is not known here.
	 * @param part what is left of its part of the level
	 * @return its part, or what is left of its credit if that is more
	 */
	long orPart(MemberId member, long part, TokenBucketState state) {
		Loss loss = this.byMember.get(member);
		return (loss != null) ? Math.max(part, loss.left(member, state)) : part;
	}

	/**
	 * Brings what was known at each loss under another fold.
	 */
	void translate(UnaryOperator<TokenBucketState> translation) {
		if (!this.byMember.isEmpty()) {
			this.byMember.replaceAll((member, loss) -> new Loss(loss.credit(), translation.apply(loss.known())));
		}
	}

	// Without demand the credit is no more than the part of the level.
	private static List<PeerView> spenders(List<PeerView> lost, List<Known> history) {
		TokenBucketState oldest = history.get(0).state();
		TokenBucketState now = history.get(history.size() - 1).state();
		Set<MemberId> spenders = new HashSet<>();
		now.consumed().forEachAbove(oldest.consumed(), (birth, amount, earlier) -> spenders.add(birth.member()));
		return lost.stream().filter((member) -> spenders.contains(member.id())).toList();
	}

	private static void reckon(List<Claim> claims, MembershipView view, long capacity, List<Known> history) {
		List<MemberId> members = Stream.concat(view.heard().stream(), view.unheard().stream().map(PeerView::id))
			.sorted()
			.toList();
		Demand demand = new Demand();
		for (int i = 0; i < history.size(); i++) {
			Known known = history.get(i);
			if (i > 0) {
				learn(demand, history.get(i - 1).state(), known, capacity);
			}
			Demand.Total all = demand.of(members, known.nanos());
			for (Claim claim : claims) {
				if (i >= claim.last) {
					claim.reckon(demand, all, known.nanos(), members.size(), capacity);
				}
			}
		}
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

	/**
	 * The credit that a lost member may have believed in at the most: it may know neither
	 * of any later demand nor of what others have spent since.
	 */
	private static final class Claim {

		private final PeerView member;

		// When it may have spent first what it did not tell.
		private final long since;

		// The newest state that it can have known.
		private final int last;

		private final long available;

		private double credit;

		private Claim(PeerView member, long since, int last, long available) {
			this.member = member;
			this.since = since;
			this.last = last;
			this.available = available;
		}

		static Claim of(PeerView member, long marginNanos, Limit limit, long level, List<Known> history) {
			int last = lastBefore(member.lastReceivedNanos(), history);
			long available = level + spentByOthers(member.id(), history.get(history.size() - 1))
					- spentByOthers(member.id(), history.get(last));
			return new Claim(member, member.lastReceivedNanos() - marginNanos, last,
					Math.min(limit.capacity(), available));
		}

		/**
		 * Reckons with the demand that was known at a time.
		 * @param all of the members together
		 */
		void reckon(Demand demand, Demand.Total all, long nanos, int members, long capacity) {
			long at = (this.since - nanos > 0) ? this.since : nanos;
			Demand.Total left = all.after(at - nanos);
			if (left.largest() >= LEAST * FairShare.floor(capacity, members)) {
				FairShare share = FairShare.of(demand.of(this.member.id(), at), left, members, true, capacity);
				this.credit = Math.max(this.credit, share.of(this.available));
			}
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

	}

}
