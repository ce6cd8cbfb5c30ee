package io.openclaw.tokenbucket.observability;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.metrics.DecisionMetrics;
import io.openclaw.tokenbucket.observability.metrics.ReplicationMetrics;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator gets from a running gateway that does not hear one of its peers.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=*", "management.endpoint.health.show-details=always",
				"management.health.redis.enabled=false", "openclaw.node.region=us-east-1" })
class ObservabilityOverHttpTests {

	private static final String[] METERS = { "openclaw_bucket_tokens_current gauge", "openclaw_bucket_capacity gauge",
			"openclaw_bucket_refill_rate gauge", "openclaw_bucket_configuration_followed gauge",
			"openclaw_bucket_keys_active gauge", "openclaw_bucket_overflow_total counter",
			"openclaw_rate_limit_decisions_total counter", "openclaw_rate_limit_violations_total counter",
			"openclaw_rate_limit_decision_seconds histogram", "openclaw_requests_per_second gauge",
			"openclaw_token_depletion_rate gauge", "openclaw_crdt_replication_lag_seconds gauge",
			"openclaw_crdt_sync_latency_seconds histogram", "crdt_sync_duration_seconds histogram",
			"openclaw_crdt_merge_duration_seconds histogram", "openclaw_crdt_members gauge",
			"openclaw_crdt_messages_total counter", "openclaw_crdt_bytes_total counter",
			"openclaw_crdt_rejected_messages_total counter", "openclaw_crdt_repairs_total counter",
			"tokens_available gauge", "request_rate gauge" };

	private final String key = "key-of-" + System.identityHashCode(this);

	private WebTestClient client;

	@Autowired
	private TokenBucketLimiter limiter;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
	}

	@Test
	void tokenbucketsShowsEveryLimit() {
		this.client.get()
			.uri("/actuator/tokenbuckets")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.self")
			.isEqualTo("edge-a#3")
			.jsonPath("$.limits.rating.capacity")
			.isEqualTo(10)
			.jsonPath("$.limits.rating.refillRatePerSecond")
			.isEqualTo(2.5)
			.jsonPath("$.limits.search.initialTokens")
			.isEqualTo(500);
	}

	@Test
	void tokenbucketsShowsOneLimitWithItsBusiestKeys() {
		Limiters.consume(this.limiter, "search", this.key, 3);
		this.client.get()
			.uri("/actuator/tokenbuckets/search")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.limit")
			.isEqualTo("search")
			.jsonPath("$.busiest[?(@.key == '" + this.key + "')].consumedHere")
			.isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "4711", "user@example.org", "2001:db8::/64", "naïve café", "50%2F", "a?b#c;d=e", "a+b" })
	void tokenbucketsShowsOneBucketWhateverItsKey(String prefix) {
		Limiters.consume(this.limiter, "search", prefix + this.key, 3);
		this.client.get()
			.uri("/actuator/tokenbuckets/{limit}/{key}", "search", prefix + this.key)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.limit")
			.isEqualTo("search")
			.jsonPath("$.key")
			.isEqualTo(prefix + this.key)
			.jsonPath("$.members['edge-a#3'].consumed")
			.isEqualTo(3)
			.jsonPath("$.members['edge-a#3'].births[0].consumed")
			.isEqualTo(3);
	}

	@Test
	void tokenbucketsNeitherObeysNorHidesControlCharacters() {
		Limiters.consume(this.limiter, "search", "\u001b[2J" + this.key, 1);
		this.client.get()
			.uri("/actuator/tokenbuckets/{limit}/{key}", "search", "\\u001b[2J" + this.key)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.key")
			.isEqualTo("\\u001b[2J" + this.key);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/tokenbuckets/other", "/actuator/tokenbuckets/other/4711",
			"/actuator/tokenbuckets/rating/nobody", "/actuator/tokenbuckets/rating/nobody/more" })
	void tokenbucketsAnswers404ForWhatIsNotThere(String path) {
		this.client.get().uri(path).exchange().expectStatus().isNotFound();
	}

	@Test
	void tokenbucketsIsReadOnly() {
		this.client.post()
			.uri("/actuator/tokenbuckets/rating")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"capacity\": 1000000}")
			.exchange()
			.expectStatus()
			.isEqualTo(405);
	}

	@Test
	void replicationShowsTheFleet() {
		this.client.get()
			.uri("/actuator/replication")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.self")
			.isEqualTo("edge-a#3")
			.jsonPath("$.state")
			.isEqualTo("degraded")
			.jsonPath("$.lagMillis")
			.isEqualTo(1500)
			.jsonPath("$.members[0].id")
			.isEqualTo("edge-b#1")
			.jsonPath("$.members[0].roundTripMillis")
			.isEqualTo(1.235)
			.jsonPath("$.buses[1].connected")
			.isEqualTo(false)
			.jsonPath("$.rejectedMessages")
			.isEqualTo(3);
	}

	@Test
	void aDegradedFleetLeavesTheGatewayUp() {
		this.client.get()
			.uri("/actuator/health")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP")
			.jsonPath("$.components.tokenBucketReplication.status")
			.isEqualTo("DEGRADED")
			.jsonPath("$.components.tokenBucketReplication.details.state")
			.isEqualTo("degraded")
			.jsonPath("$.components.tokenBucketReplication.details.membersHeard")
			.isEqualTo(2)
			.jsonPath("$.components.tokenBucketReplication.details.fleetSize")
			.isEqualTo(3);
	}

	@Test
	void theHealthComponentAloneAnswers200() {
		this.client.get()
			.uri("/actuator/health/tokenBucketReplication")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("DEGRADED");
	}

	@Test
	void prometheusShowsEveryMeterUnderItsName(@Autowired ReplicationMetrics replication) {
		replication.onRejected("size");
		assertThat(scrape()).contains(Stream.of(METERS).map("# TYPE "::concat).toArray(String[]::new));
	}

	@Test
	void prometheusShowsNodeAndRegionOnOurMetersOnlyAndNeverAKey() {
		Limiters.consume(this.limiter, "search", this.key, 1);
		assertThat(scrape()).noneMatch((line) -> line.contains(this.key));
		assertThat(scrape()).filteredOn((line) -> line.startsWith("openclaw_"))
			.isNotEmpty()
			.allMatch((line) -> line.contains("node=\"edge-a\"") && line.contains("region=\"us-east-1\""));
		assertThat(scrape()).filteredOn((line) -> !line.startsWith("openclaw_"))
			.noneMatch((line) -> line.contains("node=\"") || line.contains("region=\""));
	}

	private String[] scrape() {
		byte[] body = this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(body).isNotNull();
		return new String(body, StandardCharsets.UTF_8).split("\n");
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		MemberId memberId() {
			return Limiters.SELF;
		}

		@Bean
		TokenBucketLimiter tokenBucketLimiter(ObjectProvider<DecisionMetrics> listener) {
			return Limiters.limiter(Limiters.store(NanoClock.SYSTEM), NanoClock.SYSTEM, listener.getIfAvailable());
		}

		@Bean
		KeyLookup keyLookup() {
			return KeyLookup.AS_SENT;
		}

		@Bean
		ReplicationStatusSource replicationStatusSource() {
			return Statuses::degraded;
		}

	}

}
