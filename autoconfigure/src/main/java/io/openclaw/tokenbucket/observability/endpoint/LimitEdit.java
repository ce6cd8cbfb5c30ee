package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.Mode;

/**
 * The change of a limit that an operator asks for, checked as strictly as configuration.
 * Immutable.
 *
 * @param capacity micro-tokens; {@code null} to keep it
 * @param initial micro-tokens that new buckets begin with; {@code null} to keep them, or
 * to go with the capacity where buckets begin full
 * @param refillRate the rate; {@code null} to keep it
 * @param consistency the consistency; {@code null} to keep it
 * @param mode the mode; {@code null} to keep it
 */
record LimitEdit(@Nullable Long capacity, @Nullable Long initial, @Nullable RefillRate refillRate,
		@Nullable Consistency consistency, @Nullable Mode mode) {

	private static final LimitEdit NOTHING = new LimitEdit(null, null, null, null, null);

	private static final BigDecimal LEAST_RATE = new BigDecimal("0.000001");

	private static final BigDecimal MOST = BigDecimal.valueOf(MicroTokens.MAX_TOKENS);

	/**
	 * Reads the fields.
	 * @throws RejectedFieldException if one cannot be used or none is there
	 */
	static LimitEdit of(@Nullable String capacity, @Nullable String initialTokens, @Nullable String refillRatePerSecond,
			@Nullable String refillTokens, @Nullable String refillPeriod, @Nullable String consistency,
			@Nullable String mode) {
		LimitEdit edit = new LimitEdit(
				(capacity != null) ? MicroTokens.ofTokens(wholeTokens("capacity", capacity, 1)) : null,
				(initialTokens != null) ? MicroTokens.ofTokens(wholeTokens("initialTokens", initialTokens, 0)) : null,
				rate(refillRatePerSecond, refillTokens, refillPeriod),
				constant("consistency", consistency, Consistency.class), constant("mode", mode, Mode.class));
		if (edit.equals(NOTHING)) {
			throw new RejectedFieldException("capacity", null,
					"is missing, and so are initialTokens, refillRatePerSecond, refillTokens with refillPeriod, "
							+ "consistency, mode and follow: send at least one of them");
		}
		return edit;
	}

	/**
	 * Refuses a wish for the configuration that cannot be meant so.
	 * @param follow what is to be followed
	 * @param others all other fields
	 * @throws RejectedFieldException if it is not the configuration, or not all that is
	 * wanted
	 */
	static void requireReset(String follow, Stream<@Nullable String> others) {
		if (!"configuration".equals(follow)) {
			throw new RejectedFieldException("follow", follow, "must be configuration");
		}
		if (others.anyMatch(Objects::nonNull)) {
			throw new RejectedFieldException("follow", follow, "must be sent alone: it ends every change at run time");
		}
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

	/**
	 * Refuses more initial tokens than there is room for.
	 * @param current what is edited
	 * @throws RejectedFieldException if new buckets would begin above their capacity
	 */
	void requireRoomIn(LimitDefinition current) {
		long room = capacityAfter(current.limit());
		if (this.initial != null && this.initial > room) {
			throw new RejectedFieldException("initialTokens", Display.tokens(this.initial).toPlainString(),
					"must be at most %s, which is the capacity".formatted(Display.tokens(room).toPlainString()));
		}
	}

	LimitDefinition apply(LimitDefinition current) {
		Limit limit = current.limit();
		Limit edited = new Limit(limit.name(), capacityAfter(limit),
				(this.refillRate != null) ? this.refillRate : limit.refillRate(), initialAfter(limit),
				limit.revision());
		return new LimitDefinition(edited, current.edit(),
				(this.consistency != null) ? this.consistency : current.consistency(),
				(this.mode != null) ? this.mode : current.mode(), current.basis(), current.keys());
	}

	private long capacityAfter(Limit limit) {
		return (this.capacity != null) ? this.capacity : limit.capacity();
	}

	private long initialAfter(Limit limit) {
		long room = capacityAfter(limit);
		if (this.initial != null) {
			return Math.min(this.initial, room);
		}
		boolean beginsFull = limit.initial() == limit.capacity();
		return beginsFull ? room : Math.min(limit.initial(), room);
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
		return RefillRate.of(wholeTokens("refillTokens", tokens, 1), period(period));
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

	private static <E extends Enum<E>> @Nullable E constant(String field, @Nullable String value, Class<E> type) {
		if (value == null) {
			return null;
		}
		String known = Arrays.stream(type.getEnumConstants()).map(Display::name).collect(Collectors.joining(" or "));
		return read(field, value, "must be " + known, () -> Enum.valueOf(type, value.toUpperCase(Locale.ROOT)));
	}

	private static long wholeTokens(String field, String value, long least) {
		String detail = "must be a whole number of tokens from %d to %d".formatted(least, MicroTokens.MAX_TOKENS);
		BigDecimal number = number(field, value, detail);
		if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(MOST) > 0) {
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
