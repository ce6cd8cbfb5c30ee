package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;

/**
 * Turns what {@code openclaw.fallback.quota} says into a quota: at most a fair share, or
 * honest members would together exceed the limit, and never recover.
 */
final class FallbackQuotas {

	private static final String FAIR_SHARE = "fair-share";

	private FallbackQuotas() {
	}

	static FallbackQuota of(String property, String value) {
		if (value.equals(FAIR_SHARE)) {
			return FallbackQuota.FAIR_SHARE;
		}
		double part = fraction(property, value).doubleValue();
		return (members) -> Math.min(part, FallbackQuota.FAIR_SHARE.of(members));
	}

	private static BigDecimal fraction(String property, String value) {
		String mend = "Set it to %s, or to a fraction above 0 and at most 1, such as 0.25.".formatted(FAIR_SHARE);
		try {
			BigDecimal fraction = new BigDecimal(value);
			if (fraction.signum() > 0 && fraction.compareTo(BigDecimal.ONE) <= 0 && fraction.doubleValue() > 0) {
				return fraction;
			}
		}
		catch (NumberFormatException ex) {
			throw new OpenClawConfigurationException(property, value, "it is no fraction", mend);
		}
		throw new OpenClawConfigurationException(property, value, "it is out of range", mend);
	}

}
