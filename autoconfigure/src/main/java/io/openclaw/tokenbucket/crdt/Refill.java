package io.openclaw.tokenbucket.crdt;

import java.math.BigInteger;

/**
 * Refill of one member's share of a bucket: rate ÷ members, accrued over elapsed time.
 * The fraction of a micro-token that a touch leaves over is carried to the next, exactly.
 * So neither a slow rate nor frequent touches create or lose tokens. Mutable, confined to
 * its bucket.
 */
public final class Refill {

	private RefillRate rate;

	private int members;

	// Of the rate for one share; zero where it fits no long.
	private long divisor;

	// Of the whole bucket, in units of 1 / rate.periodNanos micro-tokens.
	private long remainder;

	/**
	 * Creates a refill with nothing carried.
	 * @param rate the rate of the whole bucket
	 * @param members how many shares the rate is split into, positive
	 */
	public Refill(RefillRate rate, int members) {
		this.rate = rate;
		this.members = members;
		this.divisor = divisor();
	}

	/**
	 * Creates a refill that goes on with what another carried.
	 * @param rate the rate of the whole bucket
	 * @param members how many shares the rate is split into, positive
	 * @param carried what {@link #carried} said
	 */
	public Refill(RefillRate rate, int members, long carried) {
		this(rate, members);
		this.remainder = carried;
	}

	/**
	 * The fraction that is carried.
	 * @return in units of the rate
	 */
	public long carried() {
		return this.remainder;
	}

	/**
	 * What has accrued on one share.
	 * @param elapsedNanos nanoseconds since the last call, not negative
	 * @param ceiling the most micro-tokens to accrue; what is above it is withheld for
	 * good, together with the carried fraction
	 * @return micro-tokens, between zero and the ceiling
	 */
	public long accrue(long elapsedNanos, long ceiling) {
		long numerator = elapsedNanos * this.rate.microTokens();
		long total = numerator + this.remainder;
		if (Math.multiplyHigh(elapsedNanos, this.rate.microTokens()) != 0 || numerator < 0 || total < 0
				|| this.divisor == 0) {
			return accrueLarge(elapsedNanos, ceiling);
		}
		long accrued = total / this.divisor;
		if (accrued >= ceiling) {
			this.remainder = 0;
			return ceiling;
		}
		this.remainder = total - accrued * this.divisor;
		return accrued;
	}

	/**
	 * Changes the number of shares. The carried fraction is of the whole bucket and is
	 * kept.
	 * @param newMembers how many shares the rate is split into from now on, positive
	 */
	public void divideAmong(int newMembers) {
		this.members = newMembers;
		this.divisor = divisor();
	}

	/**
	 * Changes the rate. The carried fraction is kept, to a unit of the new rate.
	 * @param newRate the rate of the whole bucket from now on
	 */
	public void changeRate(RefillRate newRate) {
		this.remainder = BigInteger.valueOf(this.remainder)
			.multiply(BigInteger.valueOf(newRate.periodNanos()))
			.divide(BigInteger.valueOf(this.rate.periodNanos()))
			.longValueExact();
		this.rate = newRate;
		this.divisor = divisor();
	}

	/**
	 * Forgets the carried fraction, where time passed without granting.
	 */
	public void withhold() {
		this.remainder = 0;
	}

	private long divisor() {
		boolean fits = Math.multiplyHigh(this.rate.periodNanos(), this.members) == 0;
		return fits ? Math.max(0, this.rate.periodNanos() * this.members) : 0;
	}

	// An hour at a million tokens a second does not fit a long before the division.
	private long accrueLarge(long elapsedNanos, long ceiling) {
		BigInteger divisor = BigInteger.valueOf(this.rate.periodNanos()).multiply(BigInteger.valueOf(this.members));
		BigInteger[] parts = BigInteger.valueOf(elapsedNanos)
			.multiply(BigInteger.valueOf(this.rate.microTokens()))
			.add(BigInteger.valueOf(this.remainder))
			.divideAndRemainder(divisor);
		if (parts[0].compareTo(BigInteger.valueOf(ceiling)) >= 0) {
			this.remainder = 0;
			return ceiling;
		}
		this.remainder = parts[1].longValueExact();
		return parts[0].longValueExact();
	}

}
