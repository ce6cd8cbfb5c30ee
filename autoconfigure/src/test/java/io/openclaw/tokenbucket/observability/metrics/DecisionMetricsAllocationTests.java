package io.openclaw.tokenbucket.observability.metrics;

import java.lang.management.ManagementFactory;
import java.math.BigDecimal;

import com.sun.management.ThreadMXBean;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;

import static org.assertj.core.api.Assertions.assertThat;

class DecisionMetricsAllocationTests {

	private static final int DECISIONS = 100_000;

	private final DecisionMetrics metrics = new DecisionMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
			new NodeTags(new MemberId("edge-a", 3), "us-east-1"));

	@Test
	void recordingADecisionAllocatesNothing() {
		record();
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		record();
		long allocated = threads.getCurrentThreadAllocatedBytes() - before;
		// One object per decision would be 16 bytes at the least.
		assertThat((double) allocated / DECISIONS).isLessThan(1);
	}

	private void record() {
		Limit limit = new Limit("rating", MicroTokens.ofTokens(10), RefillRate.perSecond(BigDecimal.ONE), 0, 0);
		DecisionEvent admitted = event(new Decision(Outcome.ADMITTED, Reason.CREDIT, limit, 0, 0, null));
		DecisionEvent rejected = event(new Decision(Outcome.REJECTED, Reason.EXHAUSTED, limit, 0, 0, null));
		for (int i = 0; i < DECISIONS; i++) {
			this.metrics.onDecision((i % 2 == 0) ? admitted : rejected);
		}
	}

	private static DecisionEvent event(Decision decision) {
		return new DecisionEvent("alice", 1, decision, false, 100);
	}

}
