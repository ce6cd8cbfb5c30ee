package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.LimitDefinition;
import io.openclaw.tokenbucket.limiter.Mode;

/**
 * What an operator wants of a limit, checked as strictly as configuration is. Immutable.
 *
 * @param capacity micro-tokens; {@code null} to keep it
 * @param refillRate the rate; {@code null} to keep it
 * @param mode the mode; {@code null} to keep it
 */
record LimitEdit(@Nullable Long capacity, @Nullable RefillRate refillRate, @Nullable Mode mode) {

	private static final BigDecimal LEAST_RATE = new BigDecimal("0.000001");

	private static final BigDecimal MOST = BigDecimal.valueOf(MicroTokens.MAX_TOKENS);

	/**
	 * Reads the fields.
	 * @throws RejectedFieldException if one cannot be used or none is there
	 */
	static LimitEdit of(@Nullable String capacity, @Nullable String refillRatePerSecond, @Nullable String refillTokens,
			@Nullable String refillPeriod, @Nullable String mode) {
		Long newCapacity = (capacity != null) ? MicroTokens.ofTokens(wholeTokens("capacity", capacity)) : null;
		RefillRate newRate = rate(refillRatePerSecond, refillTokens, refillPeriod);
		Mode newMode = (mode != null) ? mode(mode) : null;
		if (newCapacity == null && newRate == null && newMode == null) {
			throw new RejectedFieldException("capacity", null,
					"is missing, and so are refillRatePerSecond, refillTokens with refillPeriod, and mode: "
							+ "send at least one of them");
		}
		return new LimitEdit(newCapacity, newRate, newMode);
	}

	/**
	 * A positive amount of tokens that an operator names.
	 * @return micro-tokens
	 * @throws RejectedFieldException if it cannot be used
	 */
	static long microTokens(String field, @Nullable String value) {
		if (value == null) {
			throw new RejectedFieldException(field, null, "is missing");
		}
		String detail = "must be a number from 0.000001 to %d with at most six decimals"
			.formatted(MicroTokens.MAX_TOKENS);
		BigDecimal tokens = number(field, value, detail);
		if (tokens.compareTo(LEAST_RATE) < 0 || tokens.compareTo(MOST) > 0) {
			throw new RejectedFieldException(field, value, detail);
		}
		return read(field, value, detail, () -> tokens.movePointRight(6).longValueExact());
	}

	/**
	 * Refuses a capacity that no request could be paid from.
	 * @param cost whole tokens that every request costs
	 * @throws RejectedFieldException if the new capacity is below
	 */
	void requireRoomFor(long cost) {
		if (this.capacity != null && this.capacity < MicroTokens.ofTokens(cost)) {
			throw new RejectedFieldException("capacity", Long.toString(MicroTokens.toWholeTokens(this.capacity)),
					"must be at least %d, which every request costs".formatted(cost));
		}
	}

	LimitDefinition apply(LimitDefinition current) {
		Limit limit = current.limit();
		long newCapacity = (this.capacity != null) ? this.capacity : limit.capacity();
		Limit edited = new Limit(limit.name(), newCapacity,
				(this.refillRate != null) ? this.refillRate : limit.refillRate(),
				Math.min(limit.initial(), newCapacity), limit.revision());
		return new LimitDefinition(edited, current.edit(), current.consistency(),
				(this.mode != null) ? this.mode : current.mode());
	}

	private static @Nullable RefillRate rate(@Nullable String perSecond, @Nullable String tokens,
			@Nullable String period) {
		if (perSecond != null) {
			if (tokens != null || period != null) {
				throw new RejectedFieldException("refillRatePerSecond", perSecond,
						"gives the rate a second time: send it, or refillTokens with refillPeriod");
			}
			String detail = "must be a number from 0.000001 to " + MicroTokens.MAX_TOKENS;
			BigDecimal rate = number("refillRatePerSecond", perSecond, detail);
			if (rate.compareTo(LEAST_RATE) < 0 || rate.compareTo(MOST) > 0) {
				throw new RejectedFieldException("refillRatePerSecond", perSecond, detail);
			}
			return RefillRate.perSecond(rate.setScale(6, RoundingMode.HALF_UP));
		}
		if (tokens == null && period == null) {
			return null;
		}
		if (tokens == null) {
			throw new RejectedFieldException("refillTokens", null, "is missing beside refillPeriod");
		}
		if (period == null) {
			throw new RejectedFieldException("refillPeriod", null, "is missing beside refillTokens");
		}
		return RefillRate.of(wholeTokens("refillTokens", tokens), period(period));
	}

	private static Duration period(String value) {
		String detail = "must be a period such as 1m, from %s to %s".formatted("1ms", "36500d");
		Duration period = read("refillPeriod", value, detail, () -> DurationStyle.detectAndParse(value));
		if (period.compareTo(LimitDefinition.SHORTEST_PERIOD) < 0
				|| period.compareTo(LimitDefinition.LONGEST_PERIOD) > 0) {
			throw new RejectedFieldException("refillPeriod", value, detail);
		}
		return period;
	}

	private static Mode mode(String value) {
		String known = Arrays.stream(Mode.values()).map(Display::name).collect(Collectors.joining(" or "));
		return read("mode", value, "must be " + known, () -> Mode.valueOf(value.toUpperCase(Locale.ROOT)));
	}

	private static long wholeTokens(String field, String value) {
		String detail = "must be a whole number of tokens from 1 to " + MicroTokens.MAX_TOKENS;
		BigDecimal number = number(field, value, detail);
		if (number.compareTo(BigDecimal.ONE) < 0 || number.compareTo(MOST) > 0) {
			throw new RejectedFieldException(field, value, detail);
		}
		return read(field, value, detail, number::longValueExact);
	}

	private static BigDecimal number(String field, String value, String detail) {
		return read(field, value, detail, () -> new BigDecimal(value));
	}

	private static <T> T read(String field, String value, String detail, Supplier<T> reading) {
		try {
			return reading.get();
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new RejectedFieldException(field, value, detail);
		}
	}

}
