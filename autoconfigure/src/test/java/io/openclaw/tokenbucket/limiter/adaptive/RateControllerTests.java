package io.openclaw.tokenbucket.limiter.adaptive;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

class RateControllerTests {

	private static final long FLOOR = 100_000;

	private static final long WHOLE = 1_000_000;

	private static final long USUAL_MICROS = 50_000;

	private static final AdaptiveRate HALF = new AdaptiveRate(7, WHOLE / 2, 0, USUAL_MICROS, 0, 3, false);

	@Test
	void tooFewRequestsSayNothing() {
		AdaptiveRate next = next(HALF, seen(9, 0, 9, 0, 0));
		assertThat(next).isEqualTo(new AdaptiveRate(8, WHOLE / 2, 0, USUAL_MICROS, 0, 3, true));
	}

	@Test
	void theRateGrowsEverFasterWhileAnswersComeAsUsual() {
		AdaptiveRate rate = HALF;
		double growth = 1;
		for (int i = 0; i < 5; i++) {
			AdaptiveRate next = next(rate, quick());
			assertThat((double) next.factor() / rate.factor()).isGreaterThan(growth).isLessThan(1.15);
			growth = (double) next.factor() / rate.factor();
			rate = next;
		}
		for (int i = 0; i < 20; i++) {
			rate = next(rate, quick());
		}
		assertThat(rate.factor()).isEqualTo(WHOLE);
	}

	@Test
	void whatIsAnsweredWhileOthersAreRefusedIsWhatTheUpstreamCanDo() {
		AdaptiveRate next = next(HALF, seen(100, 80, 20, USUAL_MICROS, 5));
		assertThat(next.capacity()).isEqualTo(WHOLE * 4 / 10);
		assertThat(next.factor()).isEqualTo(WHOLE * 388 / 1000);
	}

	@Test
	void aRefusalNowAndThenIsChance() {
		assertThat(next(HALF, seen(100, 98, 2, USUAL_MICROS, 5)).factor()).isGreaterThan(HALF.factor());
		assertThat(next(HALF, seen(10, 9, 1, USUAL_MICROS, 5)).factor()).isGreaterThan(HALF.factor());
	}

	@Test
	void aLongQueueIsGivenTimeToEmpty() {
		AdaptiveRate next = next(HALF, seen(100, 100, 0, USUAL_MICROS + 1_000_000, 100));
		assertThat(next.capacity()).isEqualTo(HALF.factor());
		assertThat(next.factor()).isEqualTo(WHOLE * 4 / 10);
	}

	@Test
	void anUpstreamThatHangsIsCongestedThoughNothingIsAnswered() {
		AdaptiveRate next = next(HALF, seen(100, 0, 0, 0, 100));
		assertThat(next.factor()).isEqualTo(WHOLE * 35 / 100);
		assertThat(next(HALF, seen(100, 0, 0, 0, 1)).factor()).isGreaterThan(HALF.factor());
	}

	@Test
	void whatIsAnsweredTooLateTellsNoCapacity() {
		AdaptiveRate cut = next(HALF, seen(100, 80, 20, USUAL_MICROS, 5));
		AdaptiveRate late = next(cut, seen(100, 5, 95, USUAL_MICROS, 5));
		assertThat(late.factor()).isEqualTo(cut.factor() * 7 / 10);
		assertThat(late.capacity()).isEqualTo(cut.capacity());
		assertThat(next(late, quick()).factor()).isEqualTo(cut.capacity() * 97 / 100);
	}

	@Test
	void latencyThatDoesNotFallWithTheRateBecomesTheUsualOne() {
		AdaptiveRate rate = HALF;
		long slow = 4 * USUAL_MICROS;
		long least = rate.factor();
		for (int i = 0; i < 12; i++) {
			rate = next(rate, seen(100, 100, 0, slow, 20));
			least = Math.min(least, rate.factor());
		}
		assertThat(least).isGreaterThan(HALF.factor() * 9 / 10);
		assertThat(rate.baseline()).isCloseTo(slow, withinPercentage(1));
		assertThat(next(rate, seen(100, 100, 0, slow, 20)).factor()).isGreaterThan(rate.factor());
	}

	@Test
	void aQueueThatGrowsSlowlyIsNoUsualLatency() {
		AdaptiveRate rate = HALF;
		double slow = 4 * USUAL_MICROS;
		for (int i = 0; i < 30; i++) {
			slow *= 1.05;
			rate = next(rate, seen(100, 98, 0, (long) slow, 20));
		}
		assertThat(rate.baseline()).isEqualTo(USUAL_MICROS);
		assertThat(rate.factor()).isLessThan(HALF.factor() * 9 / 10);
	}

	@Test
	void pausesOfAServiceThatAnswersAtOnceAreNoCongestion() {
		AdaptiveRate fast = new AdaptiveRate(7, WHOLE / 2, 0, 500, 0, 3, false);
		assertThat(next(fast, seen(100, 100, 0, 9_000, 1)).factor()).isGreaterThan(fast.factor());
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void whateverIsSeenTheRateStaysInItsBoundsAndTakesBoundedSteps(long seed) {
		Random random = new Random(seed);
		AdaptiveRate rate = AdaptiveRate.startingAt(WHOLE);
		for (int i = 0; i < 20_000; i++) {
			Observation any = new Observation(number(random), number(random), number(random), number(random),
					number(random), number(random));
			AdaptiveRate next = next(rate, any);
			assertThat(next.isInRange()).as("seed %d: %s after %s", seed, next, any).isTrue();
			assertThat(next.factor()).isBetween(Math.max(FLOOR, rate.factor() * 69 / 100),
					Math.min(WHOLE, rate.factor() * 151 / 100));
			assertThat(next.step()).isEqualTo(rate.step() + 1);
			rate = next;
		}
	}

	private static long number(Random random) {
		return (random.nextLong() >>> 11) >>> random.nextInt(53);
	}

	private static AdaptiveRate next(AdaptiveRate rate, Observation seen) {
		return RateController.next(rate, seen, FLOOR);
	}

	private static Observation quick() {
		return seen(100, 100, 0, USUAL_MICROS, 5);
	}

	// In a second.
	private static Observation seen(long sent, long answered, long refused, long latencyMicros, long inFlight) {
		double log = (latencyMicros == 0) ? 0 : Math.log(latencyMicros * 1e3) / Math.log(2);
		return new Observation(1_000_000, sent, answered, refused, Math.round(answered * log * Observation.LOG_UNIT),
				inFlight);
	}

}
