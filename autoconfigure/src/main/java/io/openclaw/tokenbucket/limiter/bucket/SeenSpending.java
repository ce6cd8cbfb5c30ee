package io.openclaw.tokenbucket.limiter.bucket;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * What was spent and given back of a bucket as of the last tick, so that what came since
 * is saved. Mutable, confined to its bucket.
 */
final class SeenSpending {

	private GCounter<Birth> consumed;

	private GCounter<Birth> returned;

	SeenSpending(TokenBucketState state) {
		this.consumed = state.consumed();
		this.returned = state.returned();
	}

	/**
	 * Ends an interval.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	boolean tick(TokenBucketState state) {
		boolean isNews = !isAllOf(state);
		see(state);
		return isNews;
	}

	/**
	 * Whether nothing was spent or given back since the last tick.
	 */
	boolean isAllOf(TokenBucketState state) {
		return isOf(state) && state.returned() == this.returned;
	}

	/**
	 * Whether nothing was spent since the last tick.
	 */
	boolean isOf(TokenBucketState state) {
		return state.consumed() == this.consumed;
	}

	/**
	 * What is here now need not be saved again.
	 */
	void see(TokenBucketState state) {
		this.consumed = state.consumed();
		this.returned = state.returned();
	}

}
