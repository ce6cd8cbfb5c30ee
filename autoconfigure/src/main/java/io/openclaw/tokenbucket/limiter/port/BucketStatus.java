package io.openclaw.tokenbucket.limiter.port;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * One bucket as it was at a moment. Immutable.
 *
 * @param limit the limit
 * @param key whose bucket it is
 * @param overflow whether this is the bucket that keys beyond the bound share
 * @param level micro-tokens by the replicated state; may be negative
 * @param spendable micro-tokens that this member may spend of it; may be negative
 * @param unacknowledged micro-tokens spent here that some heard member has not
 * acknowledged
 * @param consumedHere micro-tokens that this member admitted since it created the bucket
 * @param waiting requests that wait for an acknowledgement
 * @param timeToFull how long until the bucket is full if nobody spends
 * @param timeToNextToken how long until one more whole token has accrued; zero when full
 * @param state the replicated state
 */
public record BucketStatus(Limit limit, String key, boolean overflow, long level, long spendable, long unacknowledged,
		long consumedHere, int waiting, Duration timeToFull, Duration timeToNextToken, TokenBucketState state) {
}
