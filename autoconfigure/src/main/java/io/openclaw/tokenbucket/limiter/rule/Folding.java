package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * Keeps a bucket small that is never idle, and so never dropped: entries of processes
 * that are gone, and of earlier births, are folded. The member with the smallest id folds
 * while all are heard, and messages carry what it took out until nobody can lack it. One
 * that was away for longer starts anew. Stateless.
 */
final class Folding {

	/**
	 * For so long the members must have been the same. By then all that were removed are
	 * removed by all, and what is remembered for the loss of a member contains what is
	 * folded.
	 */
	static final long REST_NANOS = Duration.ofSeconds(10).toNanos();

	// Foreign entries; fewer are not worth a fold.
	private static final int WORTH = 32;

	private static final int ENTRIES_OF_MEMBER = 3;

	// So that a message has room for what is folded and for what is left.
	private static final int MOST_AT_ONCE = 1_000;

	// No name of a node begins so.
	private static final String NOBODY = "#";

	private static final long YOUNG_NANOS = Duration.ofMinutes(1).toNanos();

	private static final long LONGEST_TO_FULL_NANOS = Duration.ofMinutes(9).toNanos();

	private Folding() {
	}

	/**
	 * Whether there is enough to fold, and it falls to this member.
	 */
	static boolean isDue(TokenBucketState state, MembershipView view) {
		return state.entries() >= WORTH + ENTRIES_OF_MEMBER * view.size() && view.heard().get(0).equals(view.self());
	}

	/**
	 * Folds what nobody counts under any more.
	 * @return the state under one fold more; the same state if there is no room for it
	 */
	static TokenBucketState fold(TokenBucketState state, MembershipView view) {
		Map<MemberId, Long> newest = new HashMap<>();
		state.consumed().forEach((birth, amount) -> newest.merge(birth.member(), birth.number(), Math::max));
		state.returned().forEach((birth, amount) -> newest.merge(birth.member(), birth.number(), Math::max));
		GCounter.Entries<Birth> isPast = (birth, amount) -> !view.counts(birth.member())
				|| birth.number() < newest.getOrDefault(birth.member(), birth.number());
		int[] left = { MOST_AT_ONCE };
		return state.fold(state.consumed().retain((birth, amount) -> isPast.test(birth, amount) && left[0]-- > 0),
				state.returned().retain((birth, amount) -> isPast.test(birth, amount) && left[0]-- > 0),
				state.granted().retain((member, amount) -> !view.counts(member) && left[0]-- > 0));
	}

	/**
	 * For how long messages carry what was folded: until a member that was away for
	 * longer has refilled, and so has what it spent unseen.
	 */
	static long keptNanos(Limit limit) {
		return Math.min(limit.refillRate().nanosToAccrue(limit.capacity()), LONGEST_TO_FULL_NANOS) + YOUNG_NANOS;
	}

	/**
	 * Takes a state in place of one that cannot be translated. What was spent here since
	 * both parted is not known there.
	 * @param state the state
	 * @param abandoned the state here
	 * @param birth what this member counts under from now on
	 * @param consumedHere what this member has spent of the bucket since it created it
	 * @param view the members with which this one shared the state
	 */
	static TokenBucketState adopt(TokenBucketState state, TokenBucketState abandoned, Birth birth, long consumedHere,
			Limit limit, MembershipView view) {
		if (isYoung(abandoned, limit)) {
			return state.consume(birth, consumedHere);
		}
		// What lacked from full may have been spent by any of those who held this state.
		// All of them count it under the same name, so it counts once.
		MemberId first = view.heard().get(0);
		Birth common = new Birth(new MemberId(NOBODY + first.node(), first.incarnation()), abandoned.fold().tag());
		long missing = limit.capacity() - limit.level(abandoned);
		long more = Math.min(missing, limit.capacity()) - state.consumed().get(common);
		return (more > 0) ? state.consume(common, more) : state;
	}

	// A bucket that was created a moment ago: what it counts nobody else has counted.
	private static boolean isYoung(TokenBucketState state, Limit limit) {
		return state.fold().number() == 0
				&& state.consumed().sum() - limit.capacity() <= limit.refillRate().accruedIn(YOUNG_NANOS);
	}

}
