package io.openclaw.tokenbucket.observability.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.crdt.MemberId;

import static org.assertj.core.api.Assertions.assertThat;

class ReplicationMetricsTests {

	private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
		.throwExceptionOnRegistrationFailure();

	private final ReplicationMetrics metrics = new ReplicationMetrics(this.registry,
			new NodeTags(new MemberId("edge-a", 3), "us-east-1"));

	@Test
	void countsMessagesAndBytesByDirection() {
		this.metrics.onSent(100);
		this.metrics.onSent(20);
		this.metrics.onReceived(7);
		assertThat(lines()).contains(
				"openclaw_crdt_messages_total{direction=\"sent\",node=\"edge-a\",region=\"us-east-1\"} 2.0",
				"openclaw_crdt_messages_total{direction=\"received\",node=\"edge-a\",region=\"us-east-1\"} 1.0",
				"openclaw_crdt_bytes_total{direction=\"sent\",node=\"edge-a\",region=\"us-east-1\"} 120.0",
				"openclaw_crdt_bytes_total{direction=\"received\",node=\"edge-a\",region=\"us-east-1\"} 7.0");
	}

	@Test
	void countsRejectedMessagesByReason() {
		this.metrics.onRejected("signature");
		this.metrics.onRejected("signature");
		this.metrics.onRejected("size");
		assertThat(lines()).contains(
				"openclaw_crdt_rejected_messages_total{node=\"edge-a\",reason=\"signature\",region=\"us-east-1\"} 2.0",
				"openclaw_crdt_rejected_messages_total{node=\"edge-a\",reason=\"size\",region=\"us-east-1\"} 1.0");
	}

	@Test
	void everyReasonIsThereFromTheStart() throws IOException {
		assertThat(lines()).contains(
				"openclaw_crdt_rejected_messages_total{node=\"edge-a\",reason=\"unsigned\",region=\"us-east-1\"} 0.0");
		Pattern given = Pattern.compile("(?:onRejected|MalformedMessageException)\\(\\s*\"([a-z_-]+)\"");
		Set<String> reasons = new TreeSet<>();
		try (Stream<Path> sources = Files.walk(Path.of("src/main/java/io/openclaw/tokenbucket"))) {
			for (Path source : sources.filter((file) -> file.toString().endsWith(".java")).toList()) {
				given.matcher(Files.readString(source)).results().forEach((found) -> reasons.add(found.group(1)));
			}
		}
		assertThat(reasons).hasSizeGreaterThan(5);
		Stream.of(MergeResult.values())
			.filter((result) -> !result.isAccepted())
			.forEach((result) -> reasons.add(result.reason()));
		assertThat(ReplicationMetrics.REASONS).containsAll(reasons);
	}

	@Test
	void countsRepairs() {
		this.metrics.onRepair();
		assertThat(lines()).contains("openclaw_crdt_repairs_total{node=\"edge-a\",region=\"us-east-1\"} 1.0");
	}

	@Test
	void latencyIsHalfTheRoundTrip() {
		this.metrics.onRoundTrip(Duration.ofMillis(40));
		assertThat(lines()).contains(
				"openclaw_crdt_sync_latency_seconds_sum{node=\"edge-a\",region=\"us-east-1\"} 0.02",
				"openclaw_crdt_sync_latency_seconds_bucket{node=\"edge-a\",region=\"us-east-1\",le=\"0.01\"} 0",
				"openclaw_crdt_sync_latency_seconds_bucket{node=\"edge-a\",region=\"us-east-1\",le=\"0.025\"} 1");
	}

	@Test
	void publishingIsTimedUnderItsGivenNameWithoutNodeTags() {
		this.metrics.onBatchPublished(Duration.ofMillis(2).toNanos());
		assertThat(lines()).contains("crdt_sync_duration_seconds_sum 0.002",
				"crdt_sync_duration_seconds_bucket{le=\"0.001\"} 0",
				"crdt_sync_duration_seconds_bucket{le=\"0.005\"} 1");
	}

	@Test
	void mergingIsTimed() {
		this.metrics.onBatchMerged(Duration.ofMillis(2).toNanos());
		assertThat(lines()).contains(
				"openclaw_crdt_merge_duration_seconds_sum{node=\"edge-a\",region=\"us-east-1\"} 0.002",
				"openclaw_crdt_merge_duration_seconds_bucket{node=\"edge-a\",region=\"us-east-1\",le=\"0.005\"} 1");
	}

	private String[] lines() {
		return this.registry.scrape().split("\n");
	}

}
