package io.openclaw.tokenbucket.limiter.port;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

/**
 * One limit over all its buckets, as it was at a moment. Immutable.
 *
 * @param policy the limit and its consistency
 * @param definition the properties on which the fleet agrees
 * @param configured the configuration of this member; {@code null} if it knows the limit
 * only from others
 * @param source the source of the definition
 * @param activeKeys buckets held in memory
 * @param lowestLevel the lowest level, in micro-tokens, of the buckets held; the capacity
 * if there is none
 * @param admitted requests admitted since start
 * @param rejected requests rejected since start
 * @param shadowRejected requests that went on since start, but would have been rejected
 * had the limit been enforced
 * @param openReservations requests that have taken tokens in advance and are not settled
 */
public record LimitStatus(LimitPolicy policy, LimitDefinition definition, @Nullable LimitDefinition configured,
		LimitSource source, long activeKeys, long lowestLevel, long admitted, long rejected, long shadowRejected,
		long openReservations) {
}
