package io.openclaw.sample.web;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

/**
 * The caller's bucket as this gateway sees it. Immutable.
 *
 * @param bucket the name of the limit
 * @param tokensRemaining whole tokens that this gateway may spend of it, not negative
 * @param capacity the most whole tokens that it holds
 * @param nextRefillAt when it will hold one more; {@code null} if it is full
 * @param node this gateway
 * @param state how much of the fleet this gateway hears
 */
@JsonNaming(SnakeCaseStrategy.class)
record BucketState(String bucket, long tokensRemaining, long capacity, @Nullable Instant nextRefillAt, String node,
		String state) {

	static BucketState of(BucketStatus status, TokenBucketLimiter limiter, Instant now) {
		boolean full = status.timeToNextToken().isZero();
		return new BucketState(status.limit().name(), Math.max(0, MicroTokens.toWholeTokens(status.spendable())),
				MicroTokens.toWholeTokens(status.limit().capacity()),
				full ? null : now.plus(status.timeToNextToken()).truncatedTo(ChronoUnit.MILLIS), limiter.self().node(),
				limiter.state().name().toLowerCase(Locale.ROOT));
	}

}
