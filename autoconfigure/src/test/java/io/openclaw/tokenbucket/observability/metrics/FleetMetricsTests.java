package io.openclaw.tokenbucket.observability.metrics;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.observability.Statuses;

import static org.assertj.core.api.Assertions.assertThat;

class FleetMetricsTests {

	private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
		.throwExceptionOnRegistrationFailure();

	@Test
	void showsMembersByStateAndTheAgeOfUnacknowledgedSpending() {
		new FleetMetrics(Statuses::degraded, new NodeTags(new MemberId("edge-a", 3), null)).bindTo(this.registry);
		assertThat(this.registry.scrape().split("\n")).contains(
				"openclaw_crdt_members{node=\"edge-a\",region=\"none\",state=\"heard\"} 2.0",
				"openclaw_crdt_members{node=\"edge-a\",region=\"none\",state=\"unheard\"} 1.0",
				"openclaw_crdt_members{node=\"edge-a\",region=\"none\",state=\"joining\"} 1.0",
				"openclaw_crdt_members{node=\"edge-a\",region=\"none\",state=\"leaving\"} 0.0",
				"openclaw_crdt_fleet_state{node=\"edge-a\",region=\"none\",state=\"degraded\"} 1.0",
				"openclaw_crdt_fleet_state{node=\"edge-a\",region=\"none\",state=\"healthy\"} 0.0",
				"openclaw_crdt_bus_connected{bus=\"primary\",node=\"edge-a\",region=\"none\"} 1.0",
				"openclaw_crdt_bus_connected{bus=\"second\",node=\"edge-a\",region=\"none\"} 0.0",
				"openclaw_crdt_failed_publishes_total{bus=\"second\",node=\"edge-a\",region=\"none\"} 4.0",
				"openclaw_crdt_replication_lag_seconds{node=\"edge-a\",region=\"none\"} 1.5");
	}

}
