package io.openclaw.sample;

import java.net.URI;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the sample answers.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.data.redis.port=0", "openclaw.node.id=edge-a", "openclaw.node.region=eu-central-1",
				"BUCKET_CAPACITY=5", "REFILL_INTERVAL_MS=3600000", "OPENCLAW_API_KEY=operator" })
class SampleGatewayTests {

	private WebTestClient client;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
	}

	@Test
	void routesToRatingServiceUntilBucketIsEmpty() {
		for (int i = 0; i < 5; i++) {
			this.client.get()
				.uri("/rate")
				.header("X-API-Key", "spender")
				.exchange()
				.expectStatus()
				.isOk()
				.expectHeader()
				.valueEquals("RateLimit", "\"rating\";r=" + (4 - i) + ";t=" + ((i < 4) ? "0" : "3600"))
				.expectBody()
				.jsonPath("$.rating")
				.isEqualTo("AA");
		}
		this.client.get()
			.uri("/v1/rate")
			.header("X-API-Key", "spender")
			.exchange()
			.expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.exists("Retry-After")
			.expectBody()
			.jsonPath("$.error")
			.exists();
	}

	@Test
	void routesEveryMethod() {
		for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH,
				HttpMethod.DELETE)) {
			this.client.method(method)
				.uri("/v1/rate/4711")
				.header("X-API-Key", method.name())
				.exchange()
				.expectStatus()
				.isOk();
		}
	}

	@Test
	void callersWithoutKeyShareABucket() {
		long before = remaining("/bucket/state");
		this.client.get().uri("/rate").exchange().expectStatus().isOk();
		this.client.post().uri("/v1/rate").exchange().expectStatus().isOk();
		assertThat(remaining("/bucket/state")).isEqualTo(before - 2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/rating", "/bucket/state", "/v1/bucket/state" })
	void showsTheCallersBucketWithoutConsuming(String path) {
		String caller = "looker" + path;
		this.client.get().uri("/rate").header("X-API-Key", caller).exchange().expectStatus().isOk();
		for (int i = 0; i < 3; i++) {
			this.client.get()
				.uri(path)
				.header("X-API-Key", caller)
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.bucket")
				.isEqualTo("rating")
				.jsonPath("$.tokens_remaining")
				.isEqualTo(4)
				.jsonPath("$.capacity")
				.isEqualTo(5)
				.jsonPath("$.next_refill_at")
				.isNotEmpty()
				.jsonPath("$.node")
				.isEqualTo("edge-a")
				.jsonPath("$.state")
				.isEqualTo("healthy");
		}
	}

	@Test
	void showsAFullBucketToNewCallers() {
		this.client.get()
			.uri("/bucket/state")
			.header("X-API-Key", "newcomer")
			.exchange()
			.expectBody()
			.jsonPath("$.tokens_remaining")
			.isEqualTo(5)
			.jsonPath("$.next_refill_at")
			.isEmpty();
	}

	@Test
	void showsItsStatus() {
		this.client.get()
			.uri("/status")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.node")
			.isEqualTo("edge-a")
			.jsonPath("$.region")
			.isEqualTo("eu-central-1")
			.jsonPath("$.state")
			.isEqualTo("healthy")
			.jsonPath("$.manifest_version")
			.isEqualTo("0")
			.jsonPath("$.limits.rating.capacity")
			.isEqualTo(5);
	}

	@ParameterizedTest
	@CsvSource({ "operator,200", "guess,401", "'',401" })
	void onlyWhoeverHasTheKeyChangesLimits(String key, int status) {
		this.client.post()
			.uri("/actuator/tokenbuckets/rating")
			.header("X-API-Key", key)
			.bodyValue(Map.of("mode", "enforce"))
			.exchange()
			.expectStatus()
			.isEqualTo(status);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/%61ctuator/tokenbuckets/rating", "/actuator;x=1/tokenbuckets/rating" })
	void noOtherSpellingOfAPathGetsAroundTheKey(String path, @LocalServerPort int port) {
		this.client.post()
			.uri(URI.create("http://127.0.0.1:" + port + path))
			.bodyValue(Map.of("capacity", 1))
			.exchange()
			.expectStatus()
			.isEqualTo(401);
	}

	@Test
	void saysThatItIsWell() {
		this.client.get().uri("/health").exchange().expectStatus().isOk().expectBody().json("{\"status\":\"ok\"}");
		this.client.get().uri("/healthz").exchange().expectStatus().isOk();
		this.client.get().uri("/ready").exchange().expectStatus().isOk();
		this.client.get().uri("/actuator/health").exchange().expectStatus().isOk();
	}

	@Test
	void exposesMetrics() {
		this.client.get()
			.uri("/metrics")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((metrics) -> assertThat(metrics).contains("openclaw_bucket_capacity{"));
	}

	@Test
	void exposesLimitsAndMembers() {
		this.client.get().uri("/actuator/tokenbuckets/rating").exchange().expectStatus().isOk();
		this.client.get().uri("/actuator/replication").exchange().expectBody().jsonPath("$.fleetSize").isEqualTo(1);
	}

	@Test
	void welcomesWithTheConsole() {
		this.client.get()
			.uri("/")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((page) -> assertThat(page).contains("<base href=\"/actuator/console/\">"));
	}

	private long remaining(String path) {
		BucketView view = this.client.get()
			.uri(path)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(BucketView.class)
			.returnResult()
			.getResponseBody();
		assertThat(view).isNotNull();
		return view.tokens_remaining();
	}

	record BucketView(long tokens_remaining) {
	}

}
