package io.openclaw.tokenbucket.limiter.port;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

/**
 * One limit over all its buckets, as it was at a moment. Immutable.
 *
 * @param policy the limit and its consistency
 * @param definition what of it the fleet agrees on
 * @param configured what this member is configured with; {@code null} if it only knows
 * the limit from others
 * @param source where the definition came from
 * @param activeKeys buckets held in memory
 * @param lowestLevel the lowest level, in micro-tokens, of the buckets held; the capacity
 * if there is none
 * @param admitted requests admitted since start
 * @param rejected requests rejected since start
 * @param shadowRejected requests that went on since start, but would have been rejected
 * had the limit been enforced
 */
public record LimitStatus(LimitPolicy policy, LimitDefinition definition, @Nullable LimitDefinition configured,
		LimitSource source, long activeKeys, long lowestLevel, long admitted, long rejected, long shadowRejected) {
}
