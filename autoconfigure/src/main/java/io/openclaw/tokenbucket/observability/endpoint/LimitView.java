package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.port.LimitStatus;
import io.openclaw.tokenbucket.resilience.Drift;

/**
 * One limit over all its buckets on this member. Immutable. Amounts in tokens.
 *
 * @param limit the name
 * @param revision of several definitions in a fleet the highest wins
 * @param version revision, dot, how often the limit was changed at run time since;
 * members that follow the same definition show the same
 * @param source where this definition came from: {@code configuration} of this member,
 * its {@code endpoint}, the {@code fleet}, or what members {@code saved} before they
 * stopped
 * @param configured what this member is configured with, whether or not it is in force;
 * {@code null} if it only knows the limit from others
 * @param capacity the most that a bucket holds
 * @param refillRatePerSecond how fast a bucket refills
 * @param adaptive how that rate follows the upstream; {@code null} if it does not
 * @param initialTokens what a new bucket starts with
 * @param consistency {@code strict}, {@code bounded} or {@code eventual}
 * @param creditWaitMillis how long a request waits for an acknowledgement at most
 * @param mode {@code enforce}, or {@code shadow} if it rejects nothing
 * @param requests how requests meet the limit; {@code null} for a limit that only the
 * application's own code uses
 * @param activeKeys buckets held in memory
 * @param lowestLevel the lowest recent level of any bucket; the capacity if none was
 * touched
 * @param admitted requests admitted here since start
 * @param rejected requests rejected here since start
 * @param shadowRejected requests that went on here since start, but would have been
 * rejected had the limit been enforced
 * @param openReservations requests under way here that have reserved tokens and are not
 * settled
 * @param state {@code fallback} while this member spends its own part of the limit only,
 * else how much of the fleet it hears
 * @param drift how far others are from the rules
 * @param busiest the buckets from which this member admitted most, the most first
 * @param mostRejected the callers whom this member rejected most, the most first
 */
public record LimitView(String limit, long revision, String version, String source, @Nullable ConfiguredView configured,
		BigDecimal capacity, BigDecimal refillRatePerSecond, @Nullable AdaptiveView adaptive, BigDecimal initialTokens,
		String consistency, BigDecimal creditWaitMillis, String mode, @Nullable RequestView requests, long activeKeys,
		BigDecimal lowestLevel, long admitted, long rejected, long shadowRejected, long openReservations, String state,
		DriftView drift, List<BucketSummaryView> busiest, List<RejectedKeyView> mostRejected) {

	static LimitView of(LimitStatus status, @Nullable AdaptiveStatus adaptive, @Nullable RequestView requests,
			FleetState fleet, Drift drift, List<BucketSummaryView> busiest, List<RejectedKeyView> mostRejected) {
		LimitPolicy policy = status.policy();
		Limit limit = policy.limit();
		return new LimitView(limit.name(), limit.revision(), status.definition().version(),
				Display.name(status.source()), ConfiguredView.of(status.configured(), status.definition()),
				Display.tokens(limit.capacity()), Display.tokensPerSecond(limit.refillRate()),
				(adaptive == null) ? null : AdaptiveView.of(adaptive, status.definition().limit().refillRate()),
				Display.tokens(limit.initial()), Display.name(policy.consistency()),
				Display.millis(policy.creditWait()), Display.name(policy.mode()), requests, status.activeKeys(),
				Display.tokens(status.lowestLevel()), status.admitted(), status.rejected(), status.shadowRejected(),
				status.openReservations(), drift.fallback() ? "fallback" : Display.name(fleet), DriftView.of(drift),
				busiest, mostRejected);
	}

}
