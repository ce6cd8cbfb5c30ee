package io.openclaw.tokenbucket.observability;

import java.math.BigDecimal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.MergeListener;

/**
 * Writes merges to the log, at level debug, as key-value pairs: what was here, what a
 * peer sent, and what both became. A merge is a conflict where each side had consumption
 * that the other did not know. Thread-safe.
 */
public class MergeLogger implements MergeListener {

	private static final Logger logger = LoggerFactory.getLogger(MergeLogger.class);

	private static final int MICRO = 6;

	@Override
	public void onMerge(BucketKey bucket, TokenBucketState before, TokenBucketState remote, TokenBucketState after) {
		if (logger.isDebugEnabled()) {
			logger.atDebug()
				.addKeyValue("limit", bucket.limit())
				.addKeyValue("key", VisibleText.of(bucket.key()))
				.addKeyValue("conflict", isConflict(before, remote))
				.addKeyValue("consumedHere", tokens(before.allConsumed()))
				.addKeyValue("consumedThere", tokens(remote.allConsumed()))
				.addKeyValue("consumed", tokens(after.allConsumed()))
				.addKeyValue("returned", tokens(after.allReturned()))
				.addKeyValue("granted", tokens(after.allGranted()))
				.log("Bucket merged");
		}
	}

	private static boolean isConflict(TokenBucketState before, TokenBucketState remote) {
		return !before.consumed().isAtLeast(remote.consumed()) && !remote.consumed().isAtLeast(before.consumed());
	}

	private static BigDecimal tokens(long microTokens) {
		return BigDecimal.valueOf(microTokens, MICRO);
	}

}
