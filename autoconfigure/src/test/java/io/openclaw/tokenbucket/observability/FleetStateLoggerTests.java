package io.openclaw.tokenbucket.observability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.openclaw.tokenbucket.limiter.FleetState;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class FleetStateLoggerTests {

	private final FleetStateLogger logger = new FleetStateLogger();

	@Test
	void warnsOnceWhenLessThanTheWholeBudgetMayBeSpent(CapturedOutput output) {
		this.logger.onStateChange(FleetState.HEALTHY, FleetState.ISOLATED);
		assertThat(output.getAll().lines().filter((line) -> line.contains("from healthy to isolated"))).singleElement()
			.asString()
			.contains("WARN");
	}

	@Test
	void informsWhenTheFleetIsWholeAgain(CapturedOutput output) {
		this.logger.onStateChange(FleetState.DEGRADED, FleetState.HEALTHY);
		assertThat(output.getAll().lines().filter((line) -> line.contains("from degraded to healthy"))).singleElement()
			.asString()
			.contains("INFO");
	}

	@Test
	void saysNothingAboutMessages(CapturedOutput output) {
		this.logger.onSent(100);
		this.logger.onReceived(100);
		this.logger.onRejected("size");
		this.logger.onRepair();
		assertThat(output).isEmpty();
	}

}
