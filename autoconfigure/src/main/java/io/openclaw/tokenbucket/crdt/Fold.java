package io.openclaw.tokenbucket.crdt;

import java.util.Comparator;

import org.jspecify.annotations.Nullable;

/**
 * What the counters of a state do not contain any more: entries that only ever grow would
 * else be kept of every process that ever counted. A fold takes a baseline out of the
 * counters and adds it up. States after the same folds merge entry by entry; one that
 * lacks the last fold is translated first, so the result is as if nobody had folded.
 * Amounts are micro-tokens. Immutable, and so thread-safe.
 *
 * @param number how many folds there were; zero only for {@link #NONE}
 * @param tag tells folds of one number apart; not negative
 * @param consumed what all baselines together had consumed
 * @param returned what they had returned
 * @param granted what they had been granted
 * @param last what the last fold took out; {@code null} once nobody should need it
 */
public record Fold(long number, long tag, long consumed, long returned, long granted,
		@Nullable Baseline last) implements Comparable<Fold> {

	private static final Comparator<Fold> ORDER = Comparator.comparingLong(Fold::number)
		.thenComparingLong(Fold::tag)
		.thenComparingLong(Fold::consumed)
		.thenComparingLong(Fold::returned)
		.thenComparingLong(Fold::granted);

	/** Nothing was folded yet. */
	public static final Fold NONE = new Fold(0, 0, 0, 0, 0, null);

	// A fold a second for thirty thousand years.
	private static final long MOST_FOLDS = 1L << 40;

	private static final long MOST_TAG = (1L << 62) - 1;

	// Its numbers are as large as three entries.
	private static final int SIZE = 3;

	/**
	 * The fold after this one. Members that fold the same make the same of it.
	 * @param consumed entries to take out
	 * @param returned entries to take out
	 * @param granted entries to take out
	 * @return the fold
	 */
	Fold then(GCounter<Birth> consumed, GCounter<Birth> returned, GCounter<MemberId> granted) {
		long content = 31L * (31L * consumed.hashCode() + returned.hashCode()) + granted.hashCode();
		long newTag = (this.tag * 0x9E3779B97F4A7C15L + content * 0xD1342543DE82EF95L) & MOST_TAG;
		return new Fold(this.number + 1, newTag, this.consumed + consumed.sum(), this.returned + returned.sum(),
				this.granted + granted.sum(), new Baseline(this.tag, consumed, returned, granted));
	}

	/**
	 * Whether another fold may follow.
	 * @return {@code false} only after a forged one
	 */
	public boolean hasRoom() {
		return this.number < MOST_FOLDS;
	}

	/**
	 * Whether the same was folded, whoever still knows what.
	 * @param other the fold of another state
	 * @return whether the counters of both mean the same
	 */
	public boolean isSame(Fold other) {
		return compareTo(other) == 0;
	}

	/**
	 * How counters are brought under this fold.
	 * @param from the fold that they are under
	 * @return the translation; {@code null} unless they lack just this fold, or had
	 * another in its place
	 */
	public @Nullable Translation from(Fold from) {
		if (this.last == null) {
			return null;
		}
		if (isAfter(from)) {
			return new Translation(null, this.last, this);
		}
		boolean besides = from.last != null && this.number == from.number && this.last.tag == from.last.tag;
		return (besides && isAfter(from.before())) ? new Translation(from.last, this.last, this) : null;
	}

	private boolean isAfter(Fold from) {
		return this.last != null && before().isSame(from);
	}

	private Fold before() {
		Baseline folded = (this.last != null) ? this.last : Baseline.NOTHING;
		return new Fold(this.number - 1, folded.tag(), this.consumed - folded.consumed().sum(),
				this.returned - folded.returned().sum(), this.granted - folded.granted().sum(), null);
	}

	/**
	 * This fold without what it took out.
	 * @return the fold; this one if that is forgotten
	 */
	Fold withoutLast() {
		return (this.last == null) ? this
				: new Fold(this.number, this.tag, this.consumed, this.returned, this.granted, null);
	}

	/**
	 * What the baselines add to a level.
	 */
	long balance() {
		return this.granted + this.returned - this.consumed;
	}

	/**
	 * About how many entries take as much room.
	 */
	int size() {
		return (this.number == 0) ? 0 : SIZE + ((this.last != null) ? this.last.size() : 0);
	}

	/**
	 * Whether it may be what it says.
	 * @param mostSum the most that a state may count
	 */
	boolean isInRange(long mostSum) {
		Baseline folded = (this.last != null) ? this.last : Baseline.NOTHING;
		return this.number <= MOST_FOLDS && this.tag >= 0 && this.tag <= MOST_TAG && folded.tag() >= 0
				&& folded.consumed().sum() <= this.consumed && folded.returned().sum() <= this.returned
				&& folded.granted().sum() <= this.granted && this.consumed <= mostSum
				&& this.granted <= mostSum - this.returned && (this.number > 0 || equals(NONE));
	}

	/**
	 * Of two folds the larger holds: the later, and of the same number the one that all
	 * prefer.
	 */
	@Override
	public int compareTo(Fold other) {
		return (this == other) ? 0 : ORDER.compare(this, other);
	}

	/**
	 * What a fold took out of the counters. Immutable.
	 *
	 * @param tag that of the fold before
	 * @param consumed entries, as they were
	 * @param returned entries, as they were
	 * @param granted entries, as they were
	 */
	public record Baseline(long tag, GCounter<Birth> consumed, GCounter<Birth> returned, GCounter<MemberId> granted) {

		private static final Baseline NOTHING = new Baseline(0, GCounter.empty(), GCounter.empty(), GCounter.empty());

		int size() {
			return this.consumed.size() + this.returned.size() + this.granted.size();
		}

	}

	/**
	 * The way of counters from under one fold to under another. An entry that knew less
	 * than was folded is known as it was folded: so a translation is a merge as well.
	 * Immutable.
	 *
	 * @param undone the baseline to put back first, if any
	 * @param taken the baseline to take out
	 * @param target the fold that the counters are under then
	 */
	public record Translation(@Nullable Baseline undone, Baseline taken, Fold target) {

		/**
		 * Translates a state.
		 * @param state a state under the fold to translate from
		 * @return the same under the target
		 */
		public TokenBucketState of(TokenBucketState state) {
			TokenBucketState common = undo(state);
			return new TokenBucketState(common.consumed().minus(this.taken.consumed()),
					common.returned().minus(this.taken.returned()), common.granted().minus(this.taken.granted()),
					state.initial(), this.target);
		}

		/**
		 * Puts back what the target did not take.
		 * @param state a state under the fold to translate from
		 * @return the counters that the taken baseline is of
		 */
		public TokenBucketState undo(TokenBucketState state) {
			return (this.undone == null) ? state
					: new TokenBucketState(state.consumed().plus(this.undone.consumed()),
							state.returned().plus(this.undone.returned()), state.granted().plus(this.undone.granted()),
							state.initial(), this.target.before());
		}

		/**
		 * Translates what a member had been granted at some time.
		 * @param member the member
		 * @param amount micro-tokens
		 * @return micro-tokens, negative where more was folded
		 */
		public long ofGranted(MemberId member, long amount) {
			long put = (this.undone != null) ? this.undone.granted().get(member) : 0;
			return amount + put - this.taken.granted().get(member);
		}

	}

}
