package io.openclaw.tokenbucket.observability.endpoint;

import java.math.BigDecimal;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.openclaw.tokenbucket.crdt.RefillRate;

import static org.assertj.core.api.Assertions.assertThat;

class DisplayTests {

	@ParameterizedTest
	@CsvSource({ "0,0", "1,0.000001", "1500000,1.5", "-2500000,-2.5", "1000000,1", "1000000000000000,1000000000",
			"9223372036854775807,9223372036854.775807" })
	void showsTokensWithEveryDigitAndNoExponent(long microTokens, String shown) {
		assertThat(Display.tokens(microTokens)).hasToString(shown);
	}

	@ParameterizedTest
	@CsvSource({ "PT0S,0", "PT0.2S,200", "PT0.0000005S,0.001", "PT0.0123456S,12.346", "PT1H,3600000" })
	void showsDurationsInMillisecondsToTheMicrosecond(Duration duration, String shown) {
		assertThat(Display.millis(duration)).hasToString(shown);
	}

	@Test
	void showsTheLongestDuration() {
		assertThat(Display.millis(Duration.ofNanos(Long.MAX_VALUE))).hasToString("9223372036854.776");
	}

	@Test
	void showsNoDurationAsNone() {
		assertThat(Display.millisOrNull(null)).isNull();
	}

	@Test
	void showsRatesPerSecond() {
		assertThat(Display.tokensPerSecond(RefillRate.of(600, Duration.ofMinutes(1)))).hasToString("10");
		assertThat(Display.tokensPerSecond(RefillRate.perSecond(new BigDecimal("0.01")))).hasToString("0.01");
		assertThat(Display.tokensPerSecond(RefillRate.of(1, Duration.ofSeconds(3)))).hasToString("0.333333");
	}

}
