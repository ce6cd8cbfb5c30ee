package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.EntryFilter;
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

	private static final long YOUNG_NANOS = Duration.ofMinutes(1).toNanos();

	/**
	 * For so long a member that lacks one fold waits for what was folded. Who has it
	 * tells it, once it hears from such a member.
	 */
	static final long TOLD_NANOS = Duration.ofSeconds(2).toNanos();

	private static final long LONGEST_TO_FULL_NANOS = Duration.ofMinutes(9).toNanos();

	private Folding() {
	}

	/**
	 * Whether there is enough to fold, and it falls to this member.
	 */
	static boolean isDue(TokenBucketState state, MembershipView view) {
		return state.entries() >= WORTH + ENTRIES_OF_MEMBER * view.size() && view.heard().get(0).equals(view.self())
				&& state.fold().hasRoom();
	}

	/**
	 * Folds what nobody counts under any more.
	 * @return the state under one fold more; the same state if there is no room for it
	 */
	static TokenBucketState fold(TokenBucketState state, MembershipView view) {
		Map<MemberId, Long> newest = new HashMap<>();
		state.consumed().forEach((birth, amount) -> newest.merge(birth.member(), birth.number(), Math::max));
		state.returned().forEach((birth, amount) -> newest.merge(birth.member(), birth.number(), Math::max));
		EntryFilter<Birth> isPast = (birth, amount) -> !view.counts(birth.member())
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
	 * Whether a bucket was created so lately that others need not know anything of it.
	 */
	static boolean isYoung(long ageNanos) {
		return ageNanos <= YOUNG_NANOS;
	}

}
