package io.openclaw.tokenbucket.observability;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

import static org.assertj.core.api.Assertions.assertThat;

class RejectionLoggerTests {

	private final AtomicLong now = new AtomicLong();

	private final Logger log = (Logger) LoggerFactory.getLogger(RejectionLogger.class);

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	@BeforeEach
	void capture() {
		this.lines.start();
		this.log.addAppender(this.lines);
	}

	@AfterEach
	void release() {
		this.log.detachAppender(this.lines);
	}

	@Test
	void writesNoMoreLinesAMinuteThanWantedAndSaysHowManyWereLeftOut() {
		RejectionLogger logger = new RejectionLogger(this.now::get, 2, 1);
		decide(logger, Outcome.REJECTED, Reason.EXHAUSTED, 100);
		assertThat(this.lines.list).hasSize(2);
		this.now.addAndGet(Duration.ofMinutes(1).toNanos());
		decide(logger, Outcome.REJECTED, Reason.EXHAUSTED, 1);
		assertThat(pairs(2)).containsExactly("limit=\"rating\"", "key=\"al\\u000aice\"", "reason=\"exhausted\"",
				"tokens=\"3\"", "waited=\"false\"", "leftOut=\"98\"");
	}

	@Test
	void writesASample() {
		RejectionLogger logger = new RejectionLogger(this.now::get, Integer.MAX_VALUE, 0.1);
		decide(logger, Outcome.REJECTED, Reason.EXHAUSTED, 10_000);
		assertThat(this.lines.list).hasSizeBetween(500, 1500);
	}

	@Test
	void saysNothingOfWhatThisLimitDidNotReject() {
		RejectionLogger logger = new RejectionLogger(this.now::get, 10, 1);
		decide(logger, Outcome.ADMITTED, Reason.CREDIT, 1);
		decide(logger, Outcome.REJECTED, Reason.OTHER_LIMIT, 1);
		assertThat(this.lines.list).isEmpty();
	}

	private List<String> pairs(int line) {
		return this.lines.list.get(line).getKeyValuePairs().stream().map(Object::toString).toList();
	}

	private static void decide(RejectionLogger logger, Outcome outcome, Reason reason, int times) {
		Limit limit = new Limit("rating", 1, RefillRate.perSecond(BigDecimal.ONE), 1, 0);
		Decision decision = new Decision(outcome, reason, limit, 0, 0, null);
		for (int i = 0; i < times; i++) {
			logger.onDecision(new DecisionEvent("al\nice", 3, decision, false, 100));
		}
	}

}
