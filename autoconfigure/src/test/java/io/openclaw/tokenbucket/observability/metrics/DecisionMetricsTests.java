package io.openclaw.tokenbucket.observability.metrics;

import java.math.BigDecimal;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.limiter.decision.Settlement;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class DecisionMetricsTests {

	private static final Limit RATING = new Limit("rating", MicroTokens.ofTokens(10),
			RefillRate.perSecond(BigDecimal.ONE), 0, 0);

	private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
		.throwExceptionOnRegistrationFailure();

	private final DecisionMetrics metrics = new DecisionMetrics(this.registry,
			new NodeTags(new MemberId("edge-a", 3), "us-east-1"));

	@Test
	void countsDecisionsByOutcome() {
		decide(Outcome.ADMITTED, Reason.CREDIT);
		decide(Outcome.ADMITTED, Reason.LEVEL);
		decide(Outcome.REJECTED, Reason.EXHAUSTED);
		assertThat(lines()).contains(
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"admitted\",region=\"us-east-1\"} 2.0",
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"rejected\",region=\"us-east-1\"} 1.0");
	}

	@Test
	void countsViolationsByReason() {
		decide(Outcome.REJECTED, Reason.EXHAUSTED);
		decide(Outcome.REJECTED, Reason.UNACKNOWLEDGED);
		assertThat(lines()).contains(violations("exhausted", 1), violations("unacknowledged", 1),
				violations("reduced_capacity", 0), violations("cost_above_capacity", 0));
	}

	@Test
	void aLimitThatHadTokensIsNotViolatedWhenAnotherRejects() {
		decide(Outcome.REJECTED, Reason.OTHER_LIMIT);
		assertThat(lines()).contains(violations("exhausted", 0)).noneMatch((line) -> line.contains("other_limit"));
		assertThat(lines()).contains(
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"rejected\",region=\"us-east-1\"} 1.0");
	}

	@Test
	void countsWhatALimitInShadowModeWouldHaveRejectedApart() {
		decide(Outcome.SHADOW_REJECTED, Reason.EXHAUSTED);
		assertThat(lines()).contains(
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"shadow_rejected\",region=\"us-east-1\"} 1.0",
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"rejected\",region=\"us-east-1\"} 0.0",
				violations("exhausted", 0));
		assertThat(this.metrics.decided("rating")).isEqualTo(1);
	}

	@Test
	void countsApartWhatNoWaitWouldHelp() {
		decide(Outcome.REJECTED, Reason.COST_ABOVE_CAPACITY);
		this.metrics.onRefusal("rating", Refusal.MISSING_KEY);
		this.metrics.onRefusal("rating", Refusal.CIRCUIT_OPEN);
		this.metrics.onRefusal("rating", Refusal.CIRCUIT_OPEN);
		assertThat(lines()).contains(decisions("cost_above_capacity", 1), decisions("missing_key", 1),
				decisions("circuit_open", 2), decisions("rejected", 0), violations("cost_above_capacity", 1));
		assertThat(this.metrics.decided("rating")).isEqualTo(1);
	}

	@Test
	void countsWhatIsReservedAndWhatBecomesOfIt() {
		this.metrics.onDecision(new DecisionEvent("alice", 500,
				new Decision(Outcome.ADMITTED, Reason.CREDIT, RATING, 0, 0, null).settledBy(mock(Settlement.class)),
				false, 100));
		settle(SettlementEvent.Outcome.USED, 120, 380, 0);
		settle(SettlementEvent.Outcome.USED, 4500, 0, 3500);
		settle(SettlementEvent.Outcome.REFUNDED, 0, 500, 0);
		settle(SettlementEvent.Outcome.KEPT, 500, 0, 0);
		assertThat(lines()).contains(tokens("reserved", 500), tokens("settled", 4620), tokens("refunded", 880),
				tokens("overdrawn", 3500), tokens("unpaid", 500), settlements("used", 2), settlements("refunded", 1),
				settlements("kept", 1));
	}

	private void settle(SettlementEvent.Outcome outcome, long used, long refunded, long overdrawn) {
		this.metrics.onSettlement(new SettlementEvent("rating", "alice", outcome, MicroTokens.ofTokens(500),
				MicroTokens.ofTokens(used), MicroTokens.ofTokens(refunded), MicroTokens.ofTokens(overdrawn)));
	}

	private static String tokens(String what, int count) {
		return "openclaw_tokens_%s_total{bucket=\"rating\",node=\"edge-a\",region=\"us-east-1\"} %d.0".formatted(what,
				count);
	}

	private static String settlements(String outcome, int count) {
		return "openclaw_settlements_total{bucket=\"rating\",node=\"edge-a\",outcome=\"%s\",region=\"us-east-1\"} %d.0"
			.formatted(outcome, count);
	}

	@Test
	void timesDecisionsInBucketsFromMicroseconds() {
		this.metrics.onDecision(event(Outcome.ADMITTED, Reason.CREDIT, 1_500));
		assertThat(lines()).contains(
				"openclaw_rate_limit_decision_seconds_count{bucket=\"rating\",node=\"edge-a\",region=\"us-east-1\"} 1",
				"openclaw_rate_limit_decision_seconds_bucket{bucket=\"rating\",node=\"edge-a\",region=\"us-east-1\",le=\"1.0E-6\"} 0",
				"openclaw_rate_limit_decision_seconds_bucket{bucket=\"rating\",node=\"edge-a\",region=\"us-east-1\",le=\"2.0E-6\"} 1");
	}

	@Test
	void durationsHaveExemplarsWhereThereIsATrace() {
		PrometheusMeterRegistry traced = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(),
				Clock.SYSTEM, new Trace());
		new DecisionMetrics(traced, new NodeTags(new MemberId("edge-a", 3), "us-east-1"))
			.onDecision(event(Outcome.ADMITTED, Reason.CREDIT, 1_500));
		assertThat(traced.scrape("application/openmetrics-text; version=1.0.0; charset=utf-8").lines())
			.anyMatch((line) -> line.startsWith("openclaw_rate_limit_decision_seconds_bucket")
					&& line.contains("trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\""));
	}

	@Test
	void showsZerosBeforeTheFirstDecision() {
		this.metrics.register("rating");
		assertThat(lines()).contains(
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"admitted\",region=\"us-east-1\"} 0.0",
				violations("exhausted", 0));
	}

	private void decide(Outcome outcome, Reason reason) {
		this.metrics.onDecision(event(outcome, reason, 100));
	}

	private static DecisionEvent event(Outcome outcome, Reason reason, long nanos) {
		return new DecisionEvent("alice", 1, new Decision(outcome, reason, RATING, 0, 0, null), false, nanos);
	}

	private static String decisions(String outcome, int count) {
		return "openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"%s\",region=\"us-east-1\"} %d.0"
			.formatted(outcome, count);
	}

	private static String violations(String reason, int count) {
		return "openclaw_rate_limit_violations_total{bucket=\"rating\",node=\"edge-a\",reason=\"%s\",region=\"us-east-1\"} %d.0"
			.formatted(reason, count);
	}

	private String[] lines() {
		return this.registry.scrape().split("\n");
	}

	private static final class Trace implements SpanContext {

		@Override
		public String getCurrentTraceId() {
			return "4bf92f3577b34da6a3ce929d0e0e4736";
		}

		@Override
		public String getCurrentSpanId() {
			return "00f067aa0ba902b7";
		}

		@Override
		public boolean isCurrentSpanSampled() {
			return true;
		}

		@Override
		public void markCurrentSpanAsExemplar() {
		}

	}

}
