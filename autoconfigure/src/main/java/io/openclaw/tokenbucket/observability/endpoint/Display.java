package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.RefillRate;

/**
 * The format of amounts, durations and constants in the views.
 */
final class Display {

	private static final int MICRO = 6;

	private static final int MICROS_OF_A_MILLI = 3;

	private Display() {
	}

	/**
	 * Decimal rather than binary, so that no digit is rounded and none written as an
	 * exponent.
	 * @param microTokens micro-tokens
	 * @return tokens with at most six decimals
	 */
	static BigDecimal tokens(long microTokens) {
		return plain(BigDecimal.valueOf(microTokens, MICRO));
	}

	static BigDecimal tokensPerSecond(RefillRate rate) {
		return plain(rate.roundedPerSecond());
	}

	static BigDecimal millis(Duration duration) {
		BigDecimal millis = BigDecimal.valueOf(duration.getSeconds())
			.movePointRight(3)
			.add(BigDecimal.valueOf(duration.getNano(), MICRO));
		return plain(millis.setScale(MICROS_OF_A_MILLI, RoundingMode.HALF_UP));
	}

	static @Nullable BigDecimal millisOrNull(@Nullable Duration duration) {
		return (duration != null) ? millis(duration) : null;
	}

	static String name(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	static BigDecimal plain(BigDecimal value) {
		BigDecimal stripped = value.stripTrailingZeros();
		return (stripped.scale() < 0) ? stripped.setScale(0) : stripped;
	}

}
