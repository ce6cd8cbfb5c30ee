package io.openclaw.tokenbucket.crdt;

/**
 * A named definition of a token bucket. Immutable.
 *
 * @param name the name that routes and metrics use, not empty
 * @param capacity the most micro-tokens that a bucket holds, positive
 * @param refillRate how fast a bucket refills
 * @param initial micro-tokens that a new bucket begins with, before what has accrued
 * since its limit was activated; between zero and the capacity
 * @param revision of several definitions in a fleet the highest wins
 */
public record Limit(String name, long capacity, RefillRate refillRate, long initial, long revision) {

	/**
	 * Creates a limit.
	 * @throws IllegalArgumentException if the name is empty, the capacity not between one
	 * micro-token and {@link MicroTokens#MAX_TOKENS}, or the initial tokens not between
	 * zero and the capacity
	 */
	public Limit {
		if (name.isEmpty()) {
			throw new IllegalArgumentException("name must not be empty");
		}
		if (capacity <= 0 || capacity > MicroTokens.ofTokens(MicroTokens.MAX_TOKENS)) {
			throw new IllegalArgumentException("capacity must be positive and at most " + MicroTokens.MAX_TOKENS
					+ " tokens: " + MicroTokens.toTokens(capacity));
		}
		if (initial < 0 || initial > capacity) {
			throw new IllegalArgumentException(
					"initial tokens must be between zero and the capacity: " + MicroTokens.toTokens(initial));
		}
	}

	/**
	 * What a request of whole tokens costs.
	 * @param tokens whole tokens, not negative
	 * @return micro-tokens; {@link Long#MAX_VALUE} where no bucket can ever hold so many
	 */
	public long costOf(long tokens) {
		boolean fits = tokens <= MicroTokens.MAX_TOKENS && tokens * MicroTokens.PER_TOKEN <= this.capacity;
		return fits ? tokens * MicroTokens.PER_TOKEN : Long.MAX_VALUE;
	}

	/**
	 * The level of a bucket of this limit.
	 * @param state the bucket's state
	 * @return micro-tokens; negative where members spent the same tokens unknowingly
	 */
	public long level(TokenBucketState state) {
		return initialOf(state) + state.balance();
	}

	/**
	 * What a bucket of this limit began with.
	 * @param state the bucket's state
	 * @return micro-tokens, not negative
	 */
	public long initialOf(TokenBucketState state) {
		return (state.initial() > 0) ? state.initial() : this.initial;
	}

}
