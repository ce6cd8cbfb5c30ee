package io.openclaw.tokenbucket.crdt;

import java.util.Collection;

/**
 * The replicated state of one bucket: three maps that only ever grow entry by entry, what
 * it began with, and what was folded of the maps. Merge is the entrywise maximum, so
 * loss, duplication and reordering of messages delay knowledge and never corrupt it. A
 * state always travels whole: one's own consumption with everybody's grants would let two
 * members that cannot hear each other spend the same refill. All amounts are
 * micro-tokens. Immutable, and so thread-safe.
 *
 * @param consumed what each member has admitted, by birth; written by that member alone
 * @param returned what each member has given back, by birth; written by that member alone
 * @param granted refill that has accrued on each member's share; any replica may advance
 * it while it hears that member
 * @param initial micro-tokens that the bucket began with, so that a limit that changes
 * does not change what was there; zero where the limit says it. The larger wins: who
 * creates a bucket after its limit shrank begins with less than those who hold it already
 * @param fold what the maps do not contain any more
 */
public record TokenBucketState(GCounter<Birth> consumed, GCounter<Birth> returned, GCounter<MemberId> granted,
		long initial, Fold fold) {

	private static final long MAX_SUM = Long.MAX_VALUE / 2;

	// So that a bucket always fits into a message, and nobody can fill the memory with
	// one.
	private static final int MAX_ENTRIES = 10_000;

	private static final long MOST_INITIAL = MicroTokens.ofTokens(MicroTokens.MAX_TOKENS);

	private static final TokenBucketState EMPTY = new TokenBucketState(GCounter.empty(), GCounter.empty(),
			GCounter.empty());

	/**
	 * Creates the state of a bucket that began with what its limit says.
	 * @param consumed what each member has admitted, by birth
	 * @param returned what each member has given back, by birth
	 * @param granted refill that has accrued on each member's share
	 */
	public TokenBucketState(GCounter<Birth> consumed, GCounter<Birth> returned, GCounter<MemberId> granted) {
		this(consumed, returned, granted, 0);
	}

	/**
	 * Creates a state of which nothing was folded.
	 * @param consumed what each member has admitted, by birth
	 * @param returned what each member has given back, by birth
	 * @param granted refill that has accrued on each member's share
	 * @param initial micro-tokens that the bucket began with
	 */
	public TokenBucketState(GCounter<Birth> consumed, GCounter<Birth> returned, GCounter<MemberId> granted,
			long initial) {
		this(consumed, returned, granted, initial, Fold.NONE);
	}

	/**
	 * The state of a bucket that nobody has touched.
	 * @return the empty state
	 */
	public static TokenBucketState empty() {
		return EMPTY;
	}

	/**
	 * Everything granted and returned less everything consumed. The level of a bucket is
	 * this plus the initial tokens of its limit.
	 * @return the balance in micro-tokens, possibly negative
	 */
	public long balance() {
		return this.fold.balance() + this.granted.sum() + this.returned.sum() - this.consumed.sum();
	}

	/**
	 * Everything consumed, what was folded included.
	 * @return micro-tokens
	 */
	public long allConsumed() {
		return this.fold.consumed() + this.consumed.sum();
	}

	/**
	 * Everything given back, what was folded included.
	 * @return micro-tokens
	 */
	public long allReturned() {
		return this.fold.returned() + this.returned.sum();
	}

	/**
	 * Everything granted, what was folded included.
	 * @return micro-tokens
	 */
	public long allGranted() {
		return this.fold.granted() + this.granted.sum();
	}

	/**
	 * What a member has admitted less what it has given back, over all its births.
	 * @param member the member
	 * @return micro-tokens
	 */
	public long netConsumedBy(MemberId member) {
		return this.consumed.sum((birth) -> birth.member().equals(member))
				- this.returned.sum((birth) -> birth.member().equals(member));
	}

	/**
	 * Notes what the bucket began with.
	 * @param amount micro-tokens, not negative
	 * @return the new state; this one if it began with at least as much
	 */
	public TokenBucketState beginWith(long amount) {
		return (amount <= this.initial) ? this
				: new TokenBucketState(this.consumed, this.returned, this.granted, amount, this.fold);
	}

	/**
	 * Counts an admission.
	 * @param birth the birth of the bucket at the member that admitted
	 * @param amount micro-tokens, not negative
	 * @return the new state
	 */
	public TokenBucketState consume(Birth birth, long amount) {
		return new TokenBucketState(this.consumed.add(birth, amount), this.returned, this.granted, this.initial,
				this.fold);
	}

	/**
	 * Counts tokens given back.
	 * @param birth the birth of the bucket at the member that gives them back
	 * @param amount micro-tokens, not negative
	 * @return the new state
	 */
	public TokenBucketState giveBack(Birth birth, long amount) {
		return new TokenBucketState(this.consumed, this.returned.add(birth, amount), this.granted, this.initial,
				this.fold);
	}

	/**
	 * Grants refill to each of several members.
	 * @param members who receives
	 * @param amount micro-tokens for each, not negative
	 * @return the new state
	 */
	public TokenBucketState grant(Collection<MemberId> members, long amount) {
		return new TokenBucketState(this.consumed, this.returned, this.granted.addToEach(members, amount), this.initial,
				this.fold);
	}

	/**
	 * Takes entries out of the maps. The balance stays.
	 * @param foldedConsumed entries as they are here, or smaller
	 * @param foldedReturned entries as they are here, or smaller
	 * @param foldedGranted entries as they are here, or smaller
	 * @return the state under one fold more; this one if a forged fold left no room
	 */
	public TokenBucketState fold(GCounter<Birth> foldedConsumed, GCounter<Birth> foldedReturned,
			GCounter<MemberId> foldedGranted) {
		return !this.fold.hasRoom() ? this
				: new TokenBucketState(this.consumed.minus(foldedConsumed), this.returned.minus(foldedReturned),
						this.granted.minus(foldedGranted), this.initial,
						this.fold.then(foldedConsumed, foldedReturned, foldedGranted));
	}

	/**
	 * Forgets what the last fold took out, once nobody can lack it.
	 * @return the new state; this one if there is nothing to forget
	 */
	public TokenBucketState forgetBaseline() {
		return (this.fold.last() == null) ? this : under(this.fold.withoutLast());
	}

	/**
	 * The entrywise maximum of all maps, once both are under the same fold. Where neither
	 * can be translated, the result is the one under the larger fold: what only the other
	 * knew is lost.
	 * @param other the state to merge with
	 * @return the merged state; this very instance if the other adds nothing, and the
	 * other if this one adds nothing to it
	 */
	public TokenBucketState merge(TokenBucketState other) {
		if (this.fold.isSame(other.fold)) {
			return mergeEntries((this.fold == other.fold) ? other : other.under(this.fold));
		}
		boolean older = this.fold.compareTo(other.fold) < 0;
		TokenBucketState later = older ? other : this;
		Fold.Translation translation = later.fold.from((older ? this : other).fold);
		return (translation != null) ? later.mergeEntries(translation.of(older ? this : other)) : later;
	}

	private TokenBucketState mergeEntries(TokenBucketState other) {
		GCounter<Birth> mergedConsumed = this.consumed.merge(other.consumed);
		GCounter<Birth> mergedReturned = this.returned.merge(other.returned);
		GCounter<MemberId> mergedGranted = this.granted.merge(other.granted);
		if (mergedConsumed == this.consumed && mergedReturned == this.returned && mergedGranted == this.granted
				&& other.initial <= this.initial) {
			return this;
		}
		if (mergedConsumed == other.consumed && mergedReturned == other.returned && mergedGranted == other.granted
				&& this.initial <= other.initial) {
			return other;
		}
		return new TokenBucketState(mergedConsumed, mergedReturned, mergedGranted,
				Math.max(this.initial, other.initial), this.fold);
	}

	private TokenBucketState under(Fold newFold) {
		return new TokenBucketState(this.consumed, this.returned, this.granted, this.initial, newFold);
	}

	/**
	 * The number of entries of all maps, and of what takes as much room.
	 * @return the number, not negative
	 */
	public int size() {
		return entries() + this.fold.size();
	}

	/**
	 * The number of entries of all maps.
	 * @return the number, not negative
	 */
	public int entries() {
		return this.consumed.size() + this.returned.size() + this.granted.size();
	}

	/**
	 * Whether there are not too many entries, and the amounts are small enough for the
	 * arithmetic of buckets never to overflow, not even in a merge of two such states. A
	 * fleet that spends a million tokens a second from one bucket stays in range for 53
	 * days.
	 * @return {@code false} if it can only be forged or damaged
	 */
	public boolean isInRange() {
		return size() <= MAX_ENTRIES && this.initial >= 0 && this.initial <= MOST_INITIAL
				&& this.fold.isInRange(MAX_SUM) && this.consumed.sum() <= MAX_SUM - this.fold.consumed()
				&& this.granted.sum() <= MAX_SUM - (this.fold.granted() + this.fold.returned()) - this.returned.sum();
	}

	/**
	 * Whether the sums are as far from the end of the range as they should be. A fleet
	 * that spends a million tokens a second from one bucket gets there in 26 days, a
	 * forged count at once.
	 * @return {@code false} if what is counted from now on may no longer be believed by
	 * others
	 */
	public boolean hasRoomToCount() {
		return allConsumed() <= MAX_SUM / 2 && allGranted() + allReturned() <= MAX_SUM / 2;
	}

	/**
	 * The order of the lattice.
	 * @param other the state to compare with
	 * @return whether every entry here is at least as large as the other's, under the
	 * same fold
	 */
	public boolean isAtLeast(TokenBucketState other) {
		return this.fold.isSame(other.fold) && this.consumed.isAtLeast(other.consumed)
				&& this.returned.isAtLeast(other.returned) && this.granted.isAtLeast(other.granted)
				&& this.initial >= other.initial;
	}

}
