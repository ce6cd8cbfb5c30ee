package io.openclaw.tokenbucket.crdt;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withinPercentage;

/**
 * Tests for {@link RefillRate}.
 */
class RefillRateTests {

	static LongStream seeds() {
		return LongStream.range(0, 300);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void waitingExactlyThatLongSufficesAndANanosecondLessDoesNot(long seed) {
		Random random = new Random(seed);
		RefillRate rate = new RefillRate(1 + random.nextLong(1L << random.nextInt(1, 50)),
				1 + random.nextLong(1L << random.nextInt(1, 50)));
		long amount = 1 + random.nextLong(1L << random.nextInt(1, 50));
		long nanos = rate.nanosToAccrue(amount);
		if (nanos == Long.MAX_VALUE) {
			assertThat(accrued(rate, nanos - 1)).as("seed %d", seed).isLessThan(amount);
			return;
		}
		assertThat(accrued(rate, nanos)).as("seed %d", seed).isGreaterThanOrEqualTo(amount);
		assertThat(accrued(rate, nanos - 1)).as("seed %d", seed).isLessThan(amount);
	}

	@Test
	void theSameRateIsEqualHoweverItIsWritten() {
		assertThat(RefillRate.of(600, Duration.ofMinutes(1))).isEqualTo(RefillRate.perSecond(BigDecimal.TEN))
			.isEqualTo(RefillRate.of(36_000, Duration.ofHours(1)));
		assertThat(RefillRate.of(1, Duration.ofSeconds(3)).nanosToAccrue(MicroTokens.ofTokens(1)))
			.isEqualTo(Duration.ofSeconds(3).toNanos());
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void aPartOfARateIsExact(long seed) {
		Random random = new Random(seed);
		RefillRate rate = RefillRate.of(1 + random.nextLong(1L << random.nextInt(1, 20)),
				Duration.ofSeconds(1 + random.nextLong(1L << random.nextInt(1, 18))));
		long part = 1_000 + random.nextInt(999_000);
		assertThat(rate.times(part, 1_000_000).tokensPerSecond()).as("seed %d", seed)
			.isCloseTo(rate.tokensPerSecond() * part / 1e6, withinPercentage(1e-6));
		assertThat(rate.times(1, 1)).isEqualTo(rate);
	}

	@Test
	void aPartOfTheSlowestRateIsARate() {
		RefillRate slowest = RefillRate.of(1, Duration.ofDays(36_500));
		assertThat(slowest.times(100_001, 1_000_000).tokensPerSecond()).isCloseTo(slowest.tokensPerSecond() / 10,
				withinPercentage(1));
		assertThat(new RefillRate(1, Long.MAX_VALUE).times(1, 1_000_000).periodNanos()).isPositive();
	}

	@Test
	void nothingAccruesInNoTime() {
		assertThat(RefillRate.perSecond(BigDecimal.ONE).nanosToAccrue(0)).isZero();
		assertThat(RefillRate.perSecond(BigDecimal.ONE).nanosToAccrue(-5)).isZero();
	}

	@Test
	void aTimeBeyondAllTimesIsTheLongestOne() {
		assertThat(new RefillRate(1, Long.MAX_VALUE).nanosToAccrue(2)).isEqualTo(Long.MAX_VALUE);
		assertThat(new RefillRate(1, Long.MAX_VALUE).nanosToAccrue(1)).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void tellsItsRateInTokens() {
		assertThat(RefillRate.perSecond(new BigDecimal("2.5")).tokensPerSecond()).isEqualTo(2.5);
		assertThat(RefillRate.of(600, Duration.ofMinutes(1)).tokensPerSecond()).isEqualTo(10);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0.0000005", "0.0000009999", "0", "-1", "1000000000.000001" })
	void refusesRatesOutOfRangeAndNamesThem(String tokensPerSecond) {
		assertThatIllegalArgumentException().isThrownBy(() -> RefillRate.perSecond(new BigDecimal(tokensPerSecond)))
			.withMessageContaining("at least 0.000001")
			.withMessageContaining("at most 1000000000")
			.withMessageContaining(tokensPerSecond);
	}

	@Test
	void acceptsTheSlowestAndTheFastest() {
		assertThat(RefillRate.perSecond(new BigDecimal("0.000001"))).isEqualTo(new RefillRate(1, 1_000_000_000));
		assertThat(RefillRate.perSecond(new BigDecimal("1000000000"))).isEqualTo(new RefillRate(1_000_000, 1));
	}

	@Test
	void refusesWhatIsNotPositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RefillRate(0, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> new RefillRate(1, -1));
		assertThatIllegalArgumentException().isThrownBy(() -> RefillRate.of(1, Duration.ZERO));
	}

	private static long accrued(RefillRate rate, long nanos) {
		return new Refill(rate, 1).accrue(nanos, Long.MAX_VALUE);
	}

}
