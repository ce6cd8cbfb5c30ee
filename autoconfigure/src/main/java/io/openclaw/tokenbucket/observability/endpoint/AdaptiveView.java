package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.math.RoundingMode;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus;

/**
 * How the refill rate of a limit follows its upstream. Immutable.
 *
 * @param applied whether buckets refill at it; {@code false} if it is only advised
 * @param phase {@code growing} towards the rate of the limit, {@code congested} while it
 * follows what the upstream answers, or {@code frozen} since a member is not heard or
 * does not adapt the limit
 * @param factor the part of the rate that the upstream bears
 * @param refillRatePerSecond the rate that is, in tokens
 * @param floor the least factor
 * @param usualLatencyMillis how long answers take to begin without congestion;
 * {@code null} while that is not known
 */
public record AdaptiveView(boolean applied, String phase, BigDecimal factor, BigDecimal refillRatePerSecond,
		BigDecimal floor, @Nullable BigDecimal usualLatencyMillis) {

	private static final int MICRO = 6;

	static AdaptiveView of(AdaptiveStatus status, RefillRate whole) {
		BigDecimal factor = BigDecimal.valueOf(status.factor()).setScale(MICRO, RoundingMode.HALF_UP);
		return new AdaptiveView(status.applied(), Display.name(status.phase()), Display.plain(factor),
				Display.plain(whole.roundedPerSecond().multiply(factor).setScale(MICRO, RoundingMode.HALF_UP)),
				Display.plain(BigDecimal.valueOf(status.floor()).setScale(MICRO, RoundingMode.HALF_UP)),
				Display.millisOrNull(status.usualLatency()));
	}

}
