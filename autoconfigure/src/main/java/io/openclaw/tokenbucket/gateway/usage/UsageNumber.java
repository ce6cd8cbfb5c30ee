package io.openclaw.tokenbucket.gateway.usage;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * Reads how much was used from text that the upstream wrote.
 */
public final class UsageNumber {

	private static final int MOST_CHARACTERS = 100;

	private static final int MOST_DIGITS = 18;

	private UsageNumber() {
	}

	/**
	 * Reads a number.
	 * @param text such as {@code 17} or {@code 16.2}
	 * @return the number rounded up; empty if it is none, negative, or has more than 18
	 * digits before the point
	 */
	public static OptionalLong of(@Nullable String text) {
		if (text == null || text.length() > MOST_CHARACTERS) {
			return OptionalLong.empty();
		}
		try {
			BigDecimal number = new BigDecimal(text.strip());
			// A short text may stand for a number of a billion digits.
			boolean tooLong = (long) number.precision() - number.scale() > MOST_DIGITS;
			return (number.signum() < 0 || tooLong) ? OptionalLong.empty() : OptionalLong.of(roundUp(number));
		}
		catch (NumberFormatException ex) {
			return OptionalLong.empty();
		}
	}

	private static long roundUp(BigDecimal number) {
		boolean isFraction = (long) number.precision() - number.scale() <= 0;
		return isFraction ? number.signum() : number.setScale(0, RoundingMode.CEILING).longValueExact();
	}

}
