package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * The replicated state of a bucket, and what was granted and consumed that it does not
 * contain yet: so a request allocates no state. Mutable, confined to its bucket.
 */
final class BufferedState {

	private TokenBucketState state = TokenBucketState.empty();

	private long grantedToEach;

	private long grantedToFirst;

	private long consumed;

	void replace(TokenBucketState newState) {
		this.state = newState;
	}

	void grant(long toEach, long toFirst) {
		this.grantedToEach += toEach;
		this.grantedToFirst += toFirst;
	}

	void consume(long amount) {
		this.consumed += amount;
	}

	/**
	 * The state, whole.
	 * @param birth what is consumed under
	 * @param heard to whom is granted
	 */
	TokenBucketState whole(Birth birth, List<MemberId> heard) {
		if (this.grantedToEach > 0) {
			this.state = this.state.grant(heard, this.grantedToEach);
			this.grantedToEach = 0;
		}
		if (this.grantedToFirst > 0) {
			this.state = this.state.grant(heard.subList(0, 1), this.grantedToFirst);
			this.grantedToFirst = 0;
		}
		consumed(birth);
		return this.state;
	}

	/**
	 * What was consumed. Spares the rest of the state, which grows with time.
	 */
	GCounter<Birth> consumed(Birth birth) {
		if (this.consumed > 0) {
			this.state = this.state.consume(birth, this.consumed);
			this.consumed = 0;
		}
		return this.state.consumed();
	}

	/**
	 * The state without what is buffered.
	 */
	TokenBucketState known() {
		return this.state;
	}

}
