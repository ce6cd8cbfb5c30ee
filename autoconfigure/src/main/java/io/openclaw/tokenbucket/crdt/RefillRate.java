package io.openclaw.tokenbucket.crdt;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;

/**
 * A refill rate as an exact ratio, so that no rate is rounded however slow it is.
 * Immutable.
 *
 * @param microTokens micro-tokens that accrue, positive
 * @param periodNanos in how many nanoseconds they accrue, positive
 */
public record RefillRate(long microTokens, long periodNanos) {

	// A longer one would not fit beside the fractions that the refill of a thousand
	// members
	// carries.
	private static final int MOST_PERIOD_BITS = 52;

	private static final MathContext SIX_DIGITS = new MathContext(6);

	/**
	 * Creates a rate in lowest terms.
	 * @throws IllegalArgumentException if either is not positive
	 */
	public RefillRate {
		if (microTokens <= 0 || periodNanos <= 0) {
			throw new IllegalArgumentException("a refill rate must be positive");
		}
		long divisor = BigInteger.valueOf(microTokens).gcd(BigInteger.valueOf(periodNanos)).longValueExact();
		microTokens /= divisor;
		periodNanos /= divisor;
	}

	/**
	 * A rate of whole tokens per period.
	 * @param tokens tokens, positive
	 * @param period the period, positive
	 * @return the rate
	 * @throws IllegalArgumentException if either is not positive
	 */
	public static RefillRate of(long tokens, Duration period) {
		return new RefillRate(MicroTokens.ofTokens(tokens), period.toNanos());
	}

	/**
	 * A rate of possibly fractional tokens per second.
	 * @param tokensPerSecond at least 0.000001
	 * @return the rate, exact to a micro-token per second
	 * @throws IllegalArgumentException if less than a micro-token per second, or more
	 * than {@link MicroTokens#MAX_TOKENS}
	 */
	public static RefillRate perSecond(BigDecimal tokensPerSecond) {
		BigDecimal exact = tokensPerSecond.movePointRight(6);
		if (exact.compareTo(BigDecimal.ONE) < 0
				|| tokensPerSecond.compareTo(BigDecimal.valueOf(MicroTokens.MAX_TOKENS)) > 0) {
			throw new IllegalArgumentException("a refill rate must be at least 0.000001 and at most "
					+ MicroTokens.MAX_TOKENS + " tokens per second: " + tokensPerSecond.toPlainString());
		}
		BigDecimal micro = exact.setScale(0, RoundingMode.HALF_UP);
		return new RefillRate(micro.longValueExact(), Duration.ofSeconds(1).toNanos());
	}

	/**
	 * A part of this rate.
	 * @param numerator positive, at most the denominator
	 * @param denominator at most a million
	 * @return the rate, exact unless a token takes weeks
	 */
	public RefillRate times(long numerator, long denominator) {
		BigInteger tokens = BigInteger.valueOf(this.microTokens).multiply(BigInteger.valueOf(numerator));
		BigInteger period = BigInteger.valueOf(this.periodNanos).multiply(BigInteger.valueOf(denominator));
		BigInteger divisor = tokens.gcd(period);
		int excess = Math.max(0, Math.max(period.divide(divisor).bitLength() - MOST_PERIOD_BITS,
				tokens.divide(divisor).bitLength() - (Long.SIZE - 2)));
		return new RefillRate(tokens.divide(divisor).shiftRight(excess).max(BigInteger.ONE).longValueExact(),
				period.divide(divisor).shiftRight(excess).max(BigInteger.ONE).longValueExact());
	}

	/**
	 * The rate as a number.
	 * @return tokens per second
	 */
	public double tokensPerSecond() {
		return this.microTokens * 1e3 / this.periodNanos;
	}

	/**
	 * The rate as people read it.
	 * @return tokens per second, rounded to six decimals, below one to six digits, so
	 * that no rate shows as none
	 */
	public BigDecimal roundedPerSecond() {
		BigDecimal tokens = BigDecimal.valueOf(this.microTokens, 6);
		BigDecimal seconds = BigDecimal.valueOf(this.periodNanos, 9);
		BigDecimal rate = tokens.divide(seconds, MathContext.DECIMAL64);
		return (rate.compareTo(BigDecimal.ONE) < 0) ? rate.round(SIX_DIGITS) : rate.setScale(6, RoundingMode.HALF_UP);
	}

	/**
	 * What accrues in a time.
	 * @param nanos nanoseconds, not negative
	 * @return micro-tokens, rounded down, at most {@link Long#MAX_VALUE}
	 */
	public long accruedIn(long nanos) {
		long product = nanos * this.microTokens;
		if (Math.multiplyHigh(nanos, this.microTokens) == 0 && product >= 0) {
			return product / this.periodNanos;
		}
		BigInteger accrued = BigInteger.valueOf(nanos)
			.multiply(BigInteger.valueOf(this.microTokens))
			.divide(BigInteger.valueOf(this.periodNanos));
		return (accrued.bitLength() < Long.SIZE) ? accrued.longValue() : Long.MAX_VALUE;
	}

	/**
	 * The time in which an amount accrues.
	 * @param amount micro-tokens; nothing accrues in no time
	 * @return nanoseconds, rounded up, at most {@link Long#MAX_VALUE}
	 */
	public long nanosToAccrue(long amount) {
		if (amount <= 0) {
			return 0;
		}
		if (Math.multiplyHigh(amount, this.periodNanos) == 0 && amount * this.periodNanos > 0) {
			return (amount * this.periodNanos - 1) / this.microTokens + 1;
		}
		BigInteger nanos = BigInteger.valueOf(amount)
			.multiply(BigInteger.valueOf(this.periodNanos))
			.subtract(BigInteger.ONE)
			.divide(BigInteger.valueOf(this.microTokens))
			.add(BigInteger.ONE);
		return (nanos.bitLength() < Long.SIZE) ? nanos.longValue() : Long.MAX_VALUE;
	}

}
