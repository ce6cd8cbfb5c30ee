package io.openclaw.tokenbucket.gateway;

import java.net.URI;
import java.util.Locale;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What limits can say, over HTTP. Tests that name an issue are for what users of other
 * limiters suffer from.
 */
@TestPropertySource(properties = "spring.config.name=gateway-limits")
class LimitsHttpTests extends GatewayOverHttp {

	/** spring-cloud-gateway #1354. */
	@Test
	void limitsOfDifferentRoutesDoNotOverwriteEachOther() {
		for (int i = 0; i < 2; i++) {
			get("/small", this.apiKey).expectStatus()
				.isOk()
				.expectHeader()
				.valueMatches("RateLimit-Policy", "\"small\";q=2;.*");
			get("/large", this.apiKey).expectStatus()
				.isOk()
				.expectHeader()
				.valueMatches("RateLimit-Policy", "\"large\";q=5;.*");
		}
		get("/small", this.apiKey).expectStatus().isEqualTo(429);
		for (int i = 0; i < 3; i++) {
			get("/large", this.apiKey).expectStatus().isOk();
		}
		get("/large", this.apiKey).expectStatus().isEqualTo(429);
	}

	/** spring-cloud-gateway #2288. */
	@Test
	void routesShareTheBucketsOfALimitThatTheyName() {
		get("/one", this.apiKey).expectStatus().isOk();
		get("/two", this.apiKey).expectStatus().isOk();
		get("/one", this.apiKey).expectStatus().isOk();
		get("/two", this.apiKey).expectStatus().isEqualTo(429);
		get("/one", this.apiKey).expectStatus().isEqualTo(429);
	}

	/** spring-cloud-gateway #2288. */
	@Test
	void routesHaveBucketsOfTheirOwnWhereTheScopeSaysSo() {
		for (int i = 0; i < 2; i++) {
			get("/east", this.apiKey).expectStatus().isOk();
			get("/west", this.apiKey).expectStatus().isOk();
		}
		get("/east", this.apiKey).expectStatus().isEqualTo(429);
		get("/west", this.apiKey).expectStatus().isEqualTo(429);
		assertThat(this.limiter.busiest("per-route", 10)).extracting(BucketStatus::key)
			.contains("east~" + id(this.apiKey), "west%7E1~" + id(this.apiKey));
	}

	/** spring-cloud-gateway #87. */
	@Test
	void ratesAreFractionsPerMinuteAndPerDay() {
		get("/rates", this.apiKey).expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"daily\";q=1;w=86400, \"minutely\";q=600;w=60, \"slow\";q=10;w=1000");
		get("/rates", this.apiKey).expectStatus().isEqualTo(429).expectHeader().valueEquals("Retry-After", "86400");
	}

	/** spring-cloud-gateway #624. */
	@Test
	void anEmptyKeyIsNoKeyAndIsToldSo() {
		get("/small", "").expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo("The request lacks a single value in the header X-API-Key, by which the limit 'small' counts.");
		this.client.get()
			.uri("/query?token=")
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo(
					"The request lacks a single value of the query parameter token, by which the limit 'query' counts.");
		this.client.get()
			.uri("/user")
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo("The request lacks an authenticated user, by which the limit 'user' counts.");
	}

	/** tyk #1876. */
	@Test
	void requestsThatAreDeniedConsumeNothing() {
		get("/small", this.apiKey);
		get("/small", this.apiKey);
		long level = this.limiter.peek("small", id(this.apiKey)).level();
		for (int i = 0; i < 50; i++) {
			get("/small", this.apiKey).expectStatus().isEqualTo(429);
		}
		assertThat(this.limiter.peek("small", id(this.apiKey)).level()).isGreaterThanOrEqualTo(level);
		assertThat(this.limiter.peek("small", id(this.apiKey)).consumedHere()).isEqualTo(2_000_000);
	}

	@Test
	void anOverrideIsTheQuotaOfTheKeysThatItLists() {
		get("/plans", "partner-1").expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"plans.gold\";q=10000;w=100")
			.expectHeader()
			.valueEquals("RateLimit", "\"plans.gold\";r=9999;t=0");
		get("/plans", this.apiKey).expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"plans\";q=2;w=20");
		get("/plans", "villain").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueMatches("Retry-After", "8(5\\d{3}|6([0-3]\\d\\d|400))");
		assertThat(this.limiter.find("plans.gold", id("partner-1"))).isPresent();
		assertThat(this.limiter.find("plans", id("partner-1"))).isEmpty();
	}

	@Test
	void aRequestThatIsRetriedPaysAnOverrideOnce() {
		long before = this.limiter.peek("plans.gold", id("partner-1")).consumedHere();
		upstream.failNext(2);
		get("/retried", "partner-1").expectStatus().isOk();
		assertThat(this.limiter.peek("plans.gold", id("partner-1")).consumedHere() - before).isEqualTo(1_000_000);
	}

	@Test
	void theEndpointShowsOverridesByIdsOnly() {
		String body = this.client.get()
			.uri("/actuator/tokenbuckets/plans")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.requests.key")
			.isEqualTo("api-key")
			.jsonPath("$.requests.scope")
			.isEqualTo("shared")
			.jsonPath("$.requests.overrides['plans.blocked'][0]")
			.isEqualTo(id("villain"))
			.jsonPath("$.requests.overrides['plans.gold'].length()")
			.isEqualTo(3)
			.returnResult()
			.toString();
		assertThat(body).doesNotContain("partner-1", "villain");
		this.client.get()
			.uri("/actuator/tokenbuckets/plans.gold")
			.exchange()
			.expectBody()
			.jsonPath("$.capacity")
			.isEqualTo(10_000)
			.jsonPath("$.requests.limit")
			.isEqualTo("plans");
		get("/plans", "partner-1").expectStatus().isOk();
		this.client.get()
			.uri("/actuator/tokenbuckets/plans.gold/partner-1")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.key")
			.isEqualTo(id("partner-1"));
	}

	@Test
	void anApiKeyInTheQueryIsHashedAndPassedOn() {
		this.client.get().uri("/query?token=" + this.apiKey).exchange().expectStatus().isOk();
		assertThat(this.limiter.find("query", id(this.apiKey))).isPresent();
		assertThat(this.limiter.busiest("query", 100)).extracting(BucketStatus::key).doesNotContain(this.apiKey);
		assertThat(upstream.lastUri()).endsWith("?token=" + this.apiKey);
	}

	@Test
	void aLimitInShadowModeRejectsNothingAndIsNotTold() {
		for (int i = 0; i < 5; i++) {
			get("/shadow", this.apiKey).expectStatus()
				.isOk()
				.expectHeader()
				.valueEquals("RateLimit", "\"large\";r=%d;t=0".formatted(4 - i).replace("r=0;t=0", "r=0;t=1000000"));
		}
		get("/shadow", this.apiKey).expectStatus()
			.isEqualTo(429)
			.expectBody()
			.jsonPath("$.violated-policies.length()")
			.isEqualTo(1)
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("large");
		assertThat(this.limiter.status("shadow").shadowRejected()).isEqualTo(4);
		assertThat(this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody()).contains("openclaw_rate_limit_decisions_total{bucket=\"shadow\"")
			.containsPattern("decisions_total\\{bucket=\"shadow\",.*outcome=\"shadow_rejected\",.*} 4\\.0");
	}

	@Test
	void aBucketOnAPlanIsFoundUnderItsLimit() {
		get("/plans", "partner-1").expectStatus().isOk();
		this.client.get()
			.uri("/actuator/tokenbuckets/plans/partner-1")
			.exchange()
			.expectBody()
			.jsonPath("$.limit")
			.isEqualTo("plans.gold");
		explain("partner-1").jsonPath("$.limits[?(@.limit == 'plans')].plan")
			.isEqualTo("plans.gold")
			.jsonPath("$.limits[?(@.limit == 'plans')].verdict")
			.isEqualTo("admits");
	}

	@Test
	void aCallerIsExplainedForEachRouteWhereRoutesHaveTheirOwnBuckets() {
		for (int i = 0; i < 3; i++) {
			get("/east", this.apiKey);
		}
		get("/west", this.apiKey);
		String east = "$.limits[?(@.key == 'east~" + id(this.apiKey) + "')]";
		String west = "$.limits[?(@.key == 'west%7E1~" + id(this.apiKey) + "')]";
		explain(this.apiKey).jsonPath(east + ".verdict")
			.isEqualTo("exhausted")
			.jsonPath(east + ".rejectedHere")
			.isEqualTo(1)
			.jsonPath(east + ".lastRejection.reason")
			.isEqualTo("exhausted")
			.jsonPath(west + ".verdict")
			.isEqualTo("admits");
		explain(id(this.apiKey)).jsonPath(east + ".verdict").isEqualTo("exhausted");
	}

	@Test
	void aCallerThatGetsOnly413IsToldFromATypo() {
		this.client.post()
			.uri("/upload")
			.header("X-API-Key", this.apiKey)
			.bodyValue("x".repeat(201 * 1024))
			.exchange()
			.expectStatus()
			.isEqualTo(413);
		explain(this.apiKey).jsonPath("$.limits[?(@.limit == 'upload')].verdict").isEqualTo("cost_above_capacity");
		explain(this.apiKey + "x").jsonPath("$.limits[?(@.limit == 'upload')].verdict").isEqualTo("unknown");
	}

	@Test
	void rejectionsAreRequestsOfTheServerAndObserved() {
		for (int i = 0; i < 3; i++) {
			get("/small", this.apiKey);
		}
		await().untilAsserted(() -> assertThat(this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody()).containsPattern("http_server_requests_seconds_count\\{.*status=\"429\".*} [1-9]")
			.containsPattern(
					"token_bucket_decision_seconds_count\\{bucket=\"small\",.*outcome=\"rejected\",reason=\"exhausted\",waited=\"false\"} [1-9]"));
	}

	@Test
	void requestsWithoutAKeyAreCounted() {
		this.client.get().uri("/bearer").exchange().expectStatus().isBadRequest();
		assertThat(this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody())
			.containsPattern("decisions_total\\{bucket=\"bearer\",.*outcome=\"missing_key\",.*} [1-9]");
	}

	@Test
	void aLimitForAllKeysTogetherCountsEverybody() {
		for (int i = 0; i < 4; i++) {
			get("/everybody", this.apiKey + i).expectStatus().isOk();
		}
		get("/everybody", this.apiKey).expectStatus().isEqualTo(429);
	}

	@Test
	void aRequestWhoseCostIsUnknownCostsOneToken() {
		get("/priced", this.apiKey).expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("RateLimit", "\"priced\";r=4;t=0");
	}

	@Test
	void anIdentifierThatIsSentTwiceEscapesNoLimit() {
		this.client.get()
			.uri("/lenient")
			.header("X-API-Key", this.apiKey, this.apiKey)
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo(
					"The request lacks a single value in the header X-API-Key, by which the limit 'lenient' counts.");
		this.client.get()
			.uri(URI.create("http://127.0.0.1:" + this.port + "/lenient?token=one&%74oken=one"))
			.exchange()
			.expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("lenient-query");
		this.client.get().uri("/lenient").exchange().expectStatus().isOk();
	}

	@Test
	void anIdentifierThatIsSentTwiceDrainsNothingThatOthersShare() {
		for (int i = 0; i < 3; i++) {
			this.client.get()
				.uri("/anonymous")
				.header("X-Tenant", "a" + i, "b" + i)
				.exchange()
				.expectStatus()
				.isBadRequest();
		}
		this.client.get().uri("/anonymous").exchange().expectStatus().isOk();
		this.client.get().uri("/anonymous").exchange().expectStatus().isEqualTo(429);
	}

	@Test
	void aCredentialHasOneBucketHoweverItIsWritten() {
		String token = UUID.randomUUID().toString();
		bearer("Bearer " + token).expectStatus().isOk();
		bearer("bEARER   " + token).expectStatus().isOk();
		bearer("bearer " + token).expectStatus().isEqualTo(429);
		this.client.get()
			.uri("/actuator/tokenbuckets/bearer/{key}", "BEARER  " + token)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.key")
			.isEqualTo(id("bearer " + token));
		bearer("Bearer " + token.toUpperCase(Locale.ROOT)).expectStatus().isOk();
	}

	private WebTestClient.ResponseSpec bearer(String credentials) {
		return this.client.get().uri("/bearer").header("Authorization", credentials).exchange();
	}

	private WebTestClient.ResponseSpec get(String path, String key) {
		return this.client.get().uri(path).header("X-API-Key", key).exchange();
	}

	private WebTestClient.BodyContentSpec explain(String key) {
		return this.client.get().uri("/actuator/tokenbuckets/explain?key={key}", key).exchange().expectBody();
	}

	private static String id(String key) {
		return new KeyIds(null).id(key);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		RequestCost brokenCost() {
			return (exchange) -> Mono.just(-1L);
		}

	}

}
