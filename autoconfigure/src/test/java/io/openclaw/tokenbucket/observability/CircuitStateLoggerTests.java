package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.CircuitStateChanged;
import io.openclaw.tokenbucket.resilience.LatencyThreshold;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class CircuitStateLoggerTests {

	private final AtomicLong now = new AtomicLong();

	private final CircuitStateLogger logger = new CircuitStateLogger(this.now::get);

	@Test
	void aCircuitThatOpensAndClosesIsLoggedOnceEach(CapturedOutput output) {
		flap("rating", 1);
		assertThat(output.getAll().lines()).hasSize(2)
			.first()
			.asString()
			.contains("WARN", "The circuit of route 'rating' is open: of 10 requests 60 % waited longer than 300 ms");
		assertThat(output).contains("The circuit of route 'rating' is closed").doesNotContain("times");
	}

	@Test
	void aCircuitThatFlapsIsLoggedOnceAMinuteWithHowOften(CapturedOutput output) {
		flap("rating", 100);
		flap("search", 1);
		assertThat(output.getAll().lines()).hasSize(4);
		this.now.addAndGet(Duration.ofMinutes(1).toNanos());
		flap("rating", 1);
		assertThat(output.getAll().lines()).hasSize(6);
		assertThat(output).containsOnlyOnce("It opened 100 times since the last such line")
			.containsOnlyOnce("It closed 100 times since the last such line");
	}

	private void flap(String route, int times) {
		LatencyThreshold threshold = new LatencyThreshold(Duration.ofMillis(300), "openclaw.circuit-breaker");
		for (int i = 0; i < times; i++) {
			this.logger
				.accept(new CircuitStateChanged(route, CircuitState.CLOSED, CircuitState.OPEN, 10, 60, threshold));
			this.logger
				.accept(new CircuitStateChanged(route, CircuitState.OPEN, CircuitState.HALF_OPEN, 0, -1, threshold));
			this.logger
				.accept(new CircuitStateChanged(route, CircuitState.HALF_OPEN, CircuitState.CLOSED, 0, -1, threshold));
		}
	}

}
