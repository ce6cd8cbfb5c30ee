package io.openclaw.tokenbucket.limiter.adaptive;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AdaptiveRateTests {

	@Test
	void theLaterStepHoldsAndOfTheSameStepTheLowerRate() {
		AdaptiveRate low = new AdaptiveRate(4, 300_000, 0, 0, 0, 0, false);
		AdaptiveRate high = new AdaptiveRate(4, 400_000, 0, 0, 0, 0, false);
		AdaptiveRate later = new AdaptiveRate(5, 900_000, 0, 0, 0, 0, false);
		assertThat(high.merge(low)).isEqualTo(low);
		assertThat(low.merge(later)).isEqualTo(later);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2 })
	void mergeIsCommutativeAssociativeAndIdempotent(long seed) {
		Random random = new Random(seed);
		for (int i = 0; i < 5_000; i++) {
			AdaptiveRate a = any(random);
			AdaptiveRate b = any(random);
			AdaptiveRate c = any(random);
			assertThat(a.merge(b)).as("seed %d", seed).isEqualTo(b.merge(a));
			assertThat(a.merge(b).merge(c)).as("seed %d", seed).isEqualTo(a.merge(b.merge(c)));
			assertThat(a.merge(a)).isSameAs(a);
		}
	}

	private static AdaptiveRate any(Random random) {
		return new AdaptiveRate(random.nextInt(2), 1 + random.nextInt(2), random.nextInt(2), random.nextInt(2),
				random.nextInt(2), random.nextInt(2), random.nextBoolean());
	}

}
