package io.openclaw.sample.monitoring;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Alerts and dashboard name nothing that a gateway does not export.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.data.redis.port=0", "openclaw.node.id=edge-a", "openclaw.node.region=eu-central-1",
				"BUCKET_CAPACITY=5", "REFILL_INTERVAL_MS=3600000", "OPENCLAW_API_KEY=operator" })
class ExportedMetricsTests {

	private static final Pattern TEMPLATE_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

	// Of Prometheus itself, and of kube-state-metrics.
	private static final Pattern OTHERS = Pattern.compile("ALERTS|kube_.*");

	private ScrapedMetrics metrics;

	@BeforeEach
	void scrape(@LocalServerPort int port) {
		WebTestClient client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		client.get().uri("/rate").header("X-API-Key", "metrics").exchange().expectStatus().isOk();
		this.metrics = new ScrapedMetrics(
				client.get().uri("/metrics").exchange().expectBody(String.class).returnResult().getResponseBody());
	}

	@Test
	void dashboardNamesOnlyWhatIsExported() throws IOException {
		List<String> unknown = new ArrayList<>();
		MonitoringFiles.dashboardExpressions()
			.forEach((expression) -> unknown.addAll(unknownIn(expression, List.of())));
		assertThat(unknown).isEmpty();
	}

	@Test
	void alertsNameOnlyWhatIsExported() throws IOException {
		List<String> unknown = new ArrayList<>();
		MonitoringFiles.alerts().forEach((name, alert) -> {
			List<String> shown = TEMPLATE_LABEL.matcher(((Map<?, ?>) alert.get("annotations")).toString())
				.results()
				.map((label) -> label.group(1))
				.toList();
			unknownIn((String) alert.get("expr"), shown).forEach((what) -> unknown.add(name + ": " + what));
		});
		assertThat(unknown).isEmpty();
	}

	@Test
	void theTableOfMetricsSaysWhatIsExportedWithAllLabels() throws IOException {
		Map<String, Set<String>> documented = MonitoringFiles.documentedMetrics();
		// There if it is turned on.
		documented.keySet().removeAll(Set.of("openclaw_audit_lines_total"));
		assertThat(this.metrics.families("openclaw_", "crdt_", "tokens_available", "request_rate", "token_drift"))
			.isEqualTo(documented);
	}

	@Test
	void whatIsNotExportedIsFound() {
		assertThat(unknownIn("sum by (bukket) (rate(openclaw_rate_limit_decisions_total{outcom=\"admitted\"}[5m]))"
				+ " / openclaw_nothing + openclaw_crdt_members{state=\"undead\"}", List.of()))
			.containsExactlyInAnyOrder("openclaw_rate_limit_decisions_total{outcom}", "openclaw_nothing",
					"openclaw_crdt_members{state=\"undead\"}", "bukket");
	}

	private List<String> unknownIn(String expression, List<String> shown) {
		PromQl parsed = PromQl.parse(expression);
		List<PromQl.Selector> ours = parsed.selectors()
			.stream()
			.filter((selector) -> !OTHERS.matcher(selector.metric()).matches())
			.toList();
		List<String> unknown = new ArrayList<>();
		ours.forEach((selector) -> unknown.addAll(unknownIn(selector)));
		List<String> labels = new ArrayList<>(parsed.grouping());
		labels.addAll(shown);
		labels.stream()
			.filter((label) -> !ours.isEmpty()
					&& ours.stream().noneMatch((selector) -> this.metrics.has(selector.metric(), label)))
			.forEach(unknown::add);
		return unknown;
	}

	private List<String> unknownIn(PromQl.Selector selector) {
		String metric = selector.metric();
		if (!this.metrics.has(metric)) {
			return List.of(metric);
		}
		List<String> unknown = new ArrayList<>();
		for (PromQl.Match match : selector.matches()) {
			if (!this.metrics.has(metric, match.label())) {
				unknown.add("%s{%s}".formatted(metric, match.label()));
				continue;
			}
			match.wanted()
				.stream()
				.filter((value) -> !this.metrics.values(metric, match.label()).contains(value))
				.forEach((value) -> unknown.add("%s{%s=\"%s\"}".formatted(metric, match.label(), value)));
		}
		return unknown;
	}

}
