package io.openclaw.tokenbucket.crdt;

import java.util.Collection;

/**
 * The replicated state of one bucket: three maps that only ever grow entry by entry, and
 * what it began with. Merge is the entrywise maximum, so loss, duplication and reordering
 * of messages delay knowledge and never corrupt it. A state always travels whole: one's
 * own consumption with everybody's grants would let two members that cannot hear each
 * other spend the same refill. All amounts are micro-tokens. Immutable, and so
 * thread-safe.
 *
 * @param consumed what each member has admitted, by birth; written by that member alone
 * @param returned what each member has given back, by birth; written by that member alone
 * @param granted refill that has accrued on each member's share; any replica may advance
 * it while it hears that member
 * @param initial micro-tokens that the bucket began with, so that a limit that changes
 * does not change what was there; zero where the limit says it. The larger wins: who
 * creates a bucket after its limit shrank begins with less than those who hold it already
 */
public record TokenBucketState(GCounter<Birth> consumed, GCounter<Birth> returned, GCounter<MemberId> granted,
		long initial) {

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
		return this.granted.sum() + this.returned.sum() - this.consumed.sum();
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
				: new TokenBucketState(this.consumed, this.returned, this.granted, amount);
	}

	/**
	 * Counts an admission.
	 * @param birth the birth of the bucket at the member that admitted
	 * @param amount micro-tokens, not negative
	 * @return the new state
	 */
	public TokenBucketState consume(Birth birth, long amount) {
		return new TokenBucketState(this.consumed.add(birth, amount), this.returned, this.granted, this.initial);
	}

	/**
	 * Counts tokens given back.
	 * @param birth the birth of the bucket at the member that gives them back
	 * @param amount micro-tokens, not negative
	 * @return the new state
	 */
	public TokenBucketState giveBack(Birth birth, long amount) {
		return new TokenBucketState(this.consumed, this.returned.add(birth, amount), this.granted, this.initial);
	}

	/**
	 * Grants refill to each of several members.
	 * @param members who receives
	 * @param amount micro-tokens for each, not negative
	 * @return the new state
	 */
	public TokenBucketState grant(Collection<MemberId> members, long amount) {
		return new TokenBucketState(this.consumed, this.returned, this.granted.addToEach(members, amount),
				this.initial);
	}

	/**
	 * The entrywise maximum of all maps.
	 * @param other the state to merge with
	 * @return the merged state; this very instance if the other adds nothing, and the
	 * other if this one adds nothing to it
	 */
	public TokenBucketState merge(TokenBucketState other) {
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
				Math.max(this.initial, other.initial));
	}

	/**
	 * The number of entries of all maps.
	 * @return the number, not negative
	 */
	public int size() {
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
				&& this.consumed.sum() <= MAX_SUM && this.granted.sum() <= MAX_SUM - this.returned.sum();
	}

	/**
	 * Whether the sums are as far from the end of the range as they should be. A fleet
	 * that spends a million tokens a second from one bucket gets there in 26 days, a
	 * forged count at once.
	 * @return {@code false} if what is counted from now on may no longer be believed by
	 * others
	 */
	public boolean hasRoomToCount() {
		return this.consumed.sum() <= MAX_SUM / 2 && this.granted.sum() + this.returned.sum() <= MAX_SUM / 2;
	}

	/**
	 * The order of the lattice.
	 * @param other the state to compare with
	 * @return whether every entry here is at least as large as the other's
	 */
	public boolean isAtLeast(TokenBucketState other) {
		return this.consumed.isAtLeast(other.consumed) && this.returned.isAtLeast(other.returned)
				&& this.granted.isAtLeast(other.granted) && this.initial >= other.initial;
	}

}
