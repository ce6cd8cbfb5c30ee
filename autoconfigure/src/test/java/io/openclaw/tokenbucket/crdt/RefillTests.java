package io.openclaw.tokenbucket.crdt;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Refill}.
 */
class RefillTests {

	private static final long NO_CEILING = Long.MAX_VALUE;

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@Test
	void aSlowRefillTouchedEveryMillisecondForAnHourLosesNothing() {
		RefillRate rate = RefillRate.perSecond(new BigDecimal("0.01"));
		for (int members : new int[] { 1, 3, 7 }) {
			Refill touched = new Refill(rate, members);
			long sum = 0;
			for (long millis = Duration.ofHours(1).toMillis(); millis > 0; millis--) {
				sum += touched.accrue(1_000_000, NO_CEILING);
			}
			assertThat(sum).isEqualTo(new Refill(rate, members).accrue(Duration.ofHours(1).toNanos(), NO_CEILING))
				.isEqualTo(MicroTokens.ofTokens(36) / members);
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whatAccruesDoesNotDependOnWhenItIsTouched(long seed) {
		Random random = new Random(seed);
		RefillRate rate = rate(random);
		int members = random.nextInt(1, 50);
		Refill refill = new Refill(rate, members);
		BigInteger elapsed = BigInteger.ZERO;
		BigInteger accrued = BigInteger.ZERO;
		for (int touch = 0; touch < 500; touch++) {
			long nanos = random.nextLong(1L << random.nextInt(1, 34));
			elapsed = elapsed.add(BigInteger.valueOf(nanos));
			accrued = accrued.add(BigInteger.valueOf(refill.accrue(nanos, NO_CEILING)));
			assertThat(accrued).as("seed %d, touch %d", seed, touch).isEqualTo(closedForm(rate, members, elapsed));
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void changesOfTheRateNeitherCreateNorLose(long seed) {
		Random random = new Random(seed);
		int members = random.nextInt(1, 50);
		RefillRate rate = rate(random);
		Refill refill = new Refill(rate, members);
		BigDecimal exact = BigDecimal.ZERO;
		BigDecimal accrued = BigDecimal.ZERO;
		for (int touch = 0; touch < 500; touch++) {
			long nanos = random.nextLong(1L << random.nextInt(1, 34));
			exact = exact.add(BigDecimal.valueOf(rate.microTokens())
				.multiply(BigDecimal.valueOf(nanos))
				.divide(BigDecimal.valueOf(rate.periodNanos()).multiply(BigDecimal.valueOf(members)),
						MathContext.DECIMAL128));
			accrued = accrued.add(BigDecimal.valueOf(refill.accrue(nanos, NO_CEILING)));
			rate = rate(random);
			refill.changeRate(rate);
		}
		// Each change may lose less than a unit of the new rate's fraction.
		assertThat(exact.subtract(accrued)).as("seed %d", seed)
			.isBetween(new BigDecimal("-0.000001"), new BigDecimal(1 + 500));
		assertThat(accrued).as("seed %d", seed).isLessThanOrEqualTo(exact.add(new BigDecimal("0.000001")));
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void changesOfTheNumberOfSharesNeitherCreateNorLose(long seed) {
		Random random = new Random(seed);
		RefillRate rate = rate(random);
		int members = 3;
		Refill refill = new Refill(rate, members);
		BigInteger elapsed = BigInteger.ZERO;
		BigInteger accrued = BigInteger.ZERO;
		for (int change = 0; change < 100; change++) {
			long nanos = random.nextLong(1L << random.nextInt(1, 34));
			elapsed = elapsed.add(BigInteger.valueOf(nanos));
			accrued = accrued
				.add(BigInteger.valueOf(refill.accrue(nanos, NO_CEILING)).multiply(BigInteger.valueOf(members)));
			BigInteger whole = closedForm(rate, 1, elapsed);
			assertThat(accrued).as("seed %d, change %d", seed, change)
				.isBetween(whole.subtract(BigInteger.valueOf(members - 1)), whole);
			members = random.nextInt(1, 50);
			refill.divideAmong(members);
		}
	}

	@Test
	void aFractionIsOfTheWholeBucketNotOfEachShare() {
		Refill refill = new Refill(new RefillRate(1, 10), 1);
		assertThat(refill.accrue(9, NO_CEILING)).isZero();
		refill.divideAmong(10);
		assertThat(refill.accrue(90, NO_CEILING)).isZero();
		assertThat(refill.accrue(1, NO_CEILING)).isEqualTo(1);
	}

	@Test
	void theCeilingWithholdsForGoodWhatIsAboveItAndTheFractionToo() {
		Refill refill = new Refill(new RefillRate(1, 10), 1);
		assertThat(refill.accrue(59, 5)).isEqualTo(5);
		assertThat(refill.accrue(9, NO_CEILING)).isZero();
		assertThat(refill.accrue(1, NO_CEILING)).isEqualTo(1);
		assertThat(refill.accrue(1_000, 0)).isZero();
		assertThat(refill.accrue(9, NO_CEILING)).isZero();
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void neverAccruesAboveTheCeilingNorMoreThanWithoutOne(long seed) {
		Random random = new Random(seed);
		RefillRate rate = rate(random);
		Refill capped = new Refill(rate, 2);
		Refill free = new Refill(rate, 2);
		BigInteger sumCapped = BigInteger.ZERO;
		BigInteger sumFree = BigInteger.ZERO;
		for (int touch = 0; touch < 200; touch++) {
			long nanos = random.nextLong(1L << random.nextInt(1, 34));
			long ceiling = random.nextLong(1L << random.nextInt(1, 40));
			long accrued = capped.accrue(nanos, ceiling);
			assertThat(accrued).as("seed %d, touch %d", seed, touch).isBetween(0L, ceiling);
			sumCapped = sumCapped.add(BigInteger.valueOf(accrued));
			sumFree = sumFree.add(BigInteger.valueOf(free.accrue(nanos, NO_CEILING)));
			assertThat(sumCapped).as("seed %d, touch %d", seed, touch).isLessThanOrEqualTo(sumFree);
		}
	}

	@Test
	void withholdingForgetsTheFraction() {
		Refill refill = new Refill(new RefillRate(1, 10), 1);
		refill.accrue(9, NO_CEILING);
		refill.withhold();
		assertThat(refill.accrue(9, NO_CEILING)).isZero();
	}

	@Test
	void theFastestRefillOverTheLongestTimeDoesNotOverflow() {
		RefillRate fastest = RefillRate.perSecond(BigDecimal.valueOf(MicroTokens.MAX_TOKENS));
		long capacity = MicroTokens.ofTokens(MicroTokens.MAX_TOKENS);
		assertThat(new Refill(fastest, 1).accrue(Long.MAX_VALUE, capacity)).isEqualTo(capacity);
		assertThat(new Refill(fastest, 1).accrue(Long.MAX_VALUE, NO_CEILING)).isEqualTo(NO_CEILING);
		assertThat(new Refill(fastest, 1_000_000_000).accrue(Long.MAX_VALUE, NO_CEILING))
			.isEqualTo(Long.MAX_VALUE / 1_000);
	}

	@Test
	void theSlowestRefillOfTheLargestFleetDoesNotOverflow() {
		Refill slowest = new Refill(RefillRate.of(1, Duration.ofDays(100_000)), 1_000_000);
		assertThat(slowest.accrue(Duration.ofDays(99_999).toNanos(), NO_CEILING)).isZero();
		assertThat(slowest.accrue(Duration.ofDays(1).toNanos(), NO_CEILING)).isEqualTo(1);
	}

	private static BigInteger closedForm(RefillRate rate, int members, BigInteger elapsed) {
		return elapsed.multiply(BigInteger.valueOf(rate.microTokens()))
			.divide(BigInteger.valueOf(rate.periodNanos()).multiply(BigInteger.valueOf(members)));
	}

	// From far slower than any limit to the fastest, a token in a nanosecond.
	private static RefillRate rate(Random random) {
		long microTokens = 1 + random.nextLong(1L << random.nextInt(1, 50));
		long fastestPeriod = 1 + microTokens / 1_000_000;
		return new RefillRate(microTokens, fastestPeriod + random.nextLong(1L << random.nextInt(1, 50)));
	}

}
