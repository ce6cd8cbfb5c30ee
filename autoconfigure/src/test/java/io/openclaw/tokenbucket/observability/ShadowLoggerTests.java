package io.openclaw.tokenbucket.observability;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Mode;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ShadowLoggerTests {

	private final AtomicLong now = new AtomicLong();

	private final ShadowLogger logger = new ShadowLogger(this.now::get);

	@Test
	void writesOneLineAMinuteForEachLimit(CapturedOutput output) {
		decide("search", Outcome.SHADOW_REJECTED, 1000);
		decide("upload", Outcome.SHADOW_REJECTED, 10);
		assertThat(output.getAll().lines()).hasSize(2);
		this.now.addAndGet(Duration.ofMinutes(1).toNanos());
		decide("search", Outcome.SHADOW_REJECTED, 1);
		assertThat(output.getAll().lines()).hasSize(3)
			.last()
			.asString()
			.contains("INFO", "'search' is in shadow mode and would have rejected 1000 requests");
	}

	@Test
	void saysNothingOfWhatIsAdmittedOrRejectedByOthers(CapturedOutput output) {
		decide("search", Outcome.ADMITTED, 10);
		decide("search", Outcome.REJECTED, 10);
		assertThat(output).isEmpty();
	}

	private void decide(String limit, Outcome outcome, int times) {
		Decision decision = new Decision(outcome, Reason.EXHAUSTED,
				new Limit(limit, 1, RefillRate.perSecond(BigDecimal.ONE), 1, 0), 0, 0, null, Mode.SHADOW, null);
		for (int i = 0; i < times; i++) {
			this.logger.onDecision(new DecisionEvent("alice", 1, decision, false, 100));
		}
	}

}
