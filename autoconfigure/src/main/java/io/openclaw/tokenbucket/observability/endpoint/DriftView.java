package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.math.RoundingMode;

import io.openclaw.tokenbucket.resilience.Drift;

/**
 * The distance of others from the rules. Immutable.
 *
 * @param tokens what they spent beyond them since start
 * @param ratio the same in about the last second, in the bucket that drifts most, as a
 * part of the capacity
 */
public record DriftView(BigDecimal tokens, BigDecimal ratio) {

	private static final int DECIMALS = 6;

	static DriftView of(Drift drift) {
		return new DriftView(Display.tokens(drift.excess()), Display
			.plain(BigDecimal.valueOf(Math.min(drift.ratio(), 1e9)).setScale(DECIMALS, RoundingMode.HALF_UP)));
	}

}
