package io.openclaw.tokenbucket.observability;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator can change over HTTP, and what is refused.
 */
class TokenBucketsWritesOverHttpTests {

	private static final String LIMIT = "/actuator/tokenbuckets/rating";

	@SpringBootTest(classes = Gateway.class, webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
			"management.endpoints.web.exposure.include=*", "openclaw.node.id=edge-a", "openclaw.revision=7",
			"openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-tokens=1",
			"openclaw.buckets.rating.refill-period=1h", "openclaw.buckets.changed.capacity=60",
			"openclaw.buckets.changed.refill-rate-per-second=1", "management.endpoint.health.show-details=always",
			"openclaw.buckets.search.capacity=100", "openclaw.buckets.search.refill-rate-per-second=1",
			"openclaw.buckets.search.cost=10", "openclaw.buckets.search.overrides.gold.keys=alice",
			"openclaw.buckets.search.overrides.gold.capacity=1000", "openclaw.buckets.search.key=header:X-User" })
	abstract static class OnGateway {

		@Autowired
		TokenBucketLimiter limiter;

		@Autowired
		Gateway gateway;

		WebTestClient client = WebTestClient.bindToServer().build();

		@BeforeEach
		void connect(@LocalServerPort int port) {
			this.client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
			this.gateway.audited.clear();
		}

		WebTestClient.ResponseSpec post(String path, Map<String, ?> body) {
			return this.client.post().uri(path).contentType(MediaType.APPLICATION_JSON).bodyValue(body).exchange();
		}

	}

	@Nested
	class ByDefault extends OnGateway {

		@Test
		void nothingCanBeWritten() {
			post(LIMIT, Map.of("capacity", 20)).expectStatus().isEqualTo(405);
			post(LIMIT + "/4711", Map.of("tokens", 1)).expectStatus().isEqualTo(405);
			assertThat(this.limiter.policy("rating").limit().capacity()).isEqualTo(MicroTokens.ofTokens(10));
			this.client.get().uri(LIMIT).exchange().expectStatus().isOk();
		}

	}

	@Nested
	@TestPropertySource(properties = "management.endpoint.tokenbuckets.access=unrestricted")
	@ExtendWith(OutputCaptureExtension.class)
	class WithUnrestrictedAccess extends OnGateway {

		@Test
		void aChangeSaysWhatChangedAndASecondOneTakesItBack(CapturedOutput log) {
			post(LIMIT, Map.of("capacity", 20, "refillTokens", 600, "refillPeriod", "1m", "mode", "shadow"))
				.expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.limit")
				.isEqualTo("rating")
				.jsonPath("$.changed.capacity.from")
				.isEqualTo(10)
				.jsonPath("$.changed.capacity.to")
				.isEqualTo(20)
				.jsonPath("$.changed.refillRatePerSecond.to")
				.isEqualTo(10)
				.jsonPath("$.changed.mode.to")
				.isEqualTo("shadow")
				.jsonPath("$.changed.initialTokens.to")
				.isEqualTo(20)
				.jsonPath("$.version")
				.value((version) -> assertThat(version.toString()).startsWith("7."));
			this.client.get()
				.uri(LIMIT)
				.exchange()
				.expectBody()
				.jsonPath("$.capacity")
				.isEqualTo(20)
				.jsonPath("$.source")
				.isEqualTo("endpoint");
			assertThat(scrape()).containsPattern("openclaw_bucket_capacity\\{bucket=\"rating\"[^}]*} 20\\.0")
				.containsPattern("openclaw_bucket_refill_rate\\{bucket=\"rating\"[^}]*} 10\\.0");
			AuditEvent audited = this.gateway.audited.get(0);
			assertThat(audited.getType()).isEqualTo("TOKEN_BUCKET_LIMIT_CHANGED");
			assertThat(audited.getPrincipal()).isEqualTo("anonymous");
			assertThat(log).contains("TOKEN_BUCKET_LIMIT_CHANGED through the endpoint without a login");
			assertThat(audited.getData()).containsEntry("limit", "rating").containsEntry("capacity", "10 -> 20");
			post(LIMIT, Map.of("capacity", 10, "refillTokens", 1, "refillPeriod", "1h", "mode", "enforce"))
				.expectStatus()
				.isOk();
			assertThat(this.limiter.policy("rating").limit().capacity()).isEqualTo(MicroTokens.ofTokens(10));
		}

		@Test
		void aChangeToWhatIsSoAlreadyChangesNothing() {
			post(LIMIT, Map.of("capacity", 10)).expectStatus().isOk().expectBody().jsonPath("$.changed").isEmpty();
			assertThat(this.gateway.audited).isEmpty();
		}

		@ParameterizedTest
		@CsvSource({ "capacity, 0", "capacity, -1", "capacity, 1.5", "capacity, ten", "capacity, 1000000001",
				"refillRatePerSecond, 0", "refillRatePerSecond, NaN", "refillRatePerSecond, 1e99", "mode, on",
				"refillTokens, 3", "refillPeriod, 1m" })
		void whatCannotBeUsedIsRefusedByName(String field, String value) {
			String blamed = switch (field) {
				case "refillTokens" -> "refillPeriod";
				case "refillPeriod" -> "refillTokens";
				default -> field;
			};
			post(LIMIT, Map.of(field, value)).expectStatus()
				.isBadRequest()
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo(blamed)
				.jsonPath("$.detail")
				.value((detail) -> assertThat(detail.toString()).startsWith(blamed + " "));
		}

		@ParameterizedTest
		@ValueSource(strings = { "search", "search.gold" })
		void aCapacityBelowWhatEveryRequestCostsIsRefused(String limit) {
			String path = "/actuator/tokenbuckets/" + limit;
			post(path, Map.of("capacity", 9)).expectStatus()
				.isBadRequest()
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo("capacity")
				.jsonPath("$.detail")
				.isEqualTo("capacity must be at least 10, which every request costs");
			post(path, Map.of("capacity", 10)).expectStatus().isOk();
		}

		@Test
		void anUnknownFieldIsRefusedByNameAndNothingIsChanged() {
			post(LIMIT, Map.of("capacity", 77, "refilRatePerSecond", 5)).expectStatus()
				.isBadRequest()
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo("refilRatePerSecond")
				.jsonPath("$.value")
				.isEqualTo("5")
				.jsonPath("$.detail")
				.value((detail) -> assertThat(detail.toString()).contains("refillRatePerSecond", "capacity",
						"initialTokens", "consistency", "mode"));
			assertThat(this.limiter.policy("rating").limit().capacity()).isNotEqualTo(MicroTokens.ofTokens(77));
			assertThat(this.gateway.audited).isEmpty();
		}

		@ParameterizedTest
		@CsvSource({ "key, openclaw.buckets.rating.key", "cost, openclaw.buckets.rating.cost",
				"onMissingKey, openclaw.buckets.rating.on-missing-key", "scope, openclaw.buckets.rating.scope",
				"overrides, openclaw.buckets.rating.overrides", "creditWaitMillis, openclaw.crdt.credit-wait",
				"revision, openclaw.revision" })
		void whatAWriteCannotSetSaysWhereItIsSet(String field, String property) {
			post(LIMIT, Map.of("capacity", 77, field, "1")).expectStatus()
				.isBadRequest()
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo(field)
				.jsonPath("$.detail")
				.value((detail) -> assertThat(detail.toString()).contains(property));
		}

		@Test
		void initialTokensAndConsistencyCanBeSet() {
			String path = "/actuator/tokenbuckets/search.gold";
			post(path, Map.of("capacity", 1000, "initialTokens", 500, "consistency", "strict")).expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.changed.initialTokens.to")
				.isEqualTo(500)
				.jsonPath("$.changed.consistency.to")
				.isEqualTo("strict");
			post(path, Map.of("capacity", 499, "initialTokens", 500)).expectStatus()
				.isBadRequest()
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo("initialTokens");
			post(path, Map.of("capacity", 2000)).expectStatus().isOk();
			assertThat(this.limiter.policy("search.gold").limit().initial()).isEqualTo(MicroTokens.ofTokens(500));
			post(path, Map.of("initialTokens", 2000)).expectStatus().isOk();
		}

		@Test
		void whoeverWantsTheConfigurationBackHasItAtOnce() {
			String path = "/actuator/tokenbuckets/changed";
			post(path, Map.of("capacity", 30, "mode", "shadow")).expectStatus().isOk();
			this.client.get()
				.uri(path)
				.exchange()
				.expectBody()
				.jsonPath("$.configured.followed")
				.isEqualTo(false)
				.jsonPath("$.configured.capacity")
				.isEqualTo(60)
				.jsonPath("$.configured.why")
				.value((why) -> assertThat(why.toString()).startsWith("It was changed at run time."));
			assertThat(scrape())
				.containsPattern("openclaw_bucket_configuration_followed\\{bucket=\"changed\"[^}]*} 0\\.0");
			assertThat(health()).contains("\"limitsNotAsConfigured\":{\"changed\":\"It was changed at run time.");
			post(path, Map.of("follow", "fleet")).expectStatus().isBadRequest();
			post(path, Map.of("follow", "configuration", "capacity", 7)).expectStatus()
				.isBadRequest()
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo("follow");
			post(path, Map.of("follow", "configuration")).expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.changed.capacity.to")
				.isEqualTo(60)
				.jsonPath("$.changed.mode.to")
				.isEqualTo("enforce");
			assertThat(scrape())
				.containsPattern("openclaw_bucket_configuration_followed\\{bucket=\"changed\"[^}]*} 1\\.0");
			assertThat(health()).contains("\"limitsNotAsConfigured\":{");
			post(path, Map.of("follow", "configuration")).expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.changed")
				.isEmpty();
			this.client.get().uri(path).exchange().expectBody().jsonPath("$.configured.followed").isEqualTo(true);
		}

		private String health() {
			return String.valueOf(this.client.get()
				.uri("/actuator/health")
				.exchange()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody());
		}

		@Test
		void newKeysBeginWithALargerCapacityWhereTheyBeganFull() {
			String path = "/actuator/tokenbuckets/search";
			post(path, Map.of("capacity", 20)).expectStatus().isOk();
			post(path, Map.of("capacity", 80)).expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.changed.initialTokens.to")
				.isEqualTo(80);
			assertThat(this.limiter.peek("search", "never seen").level()).isEqualTo(MicroTokens.ofTokens(80));
		}

		@Test
		void aWriteWithoutAFieldOrWithTwoRatesIsRefused() {
			post(LIMIT, Map.of()).expectStatus().isBadRequest();
			post(LIMIT, Map.of("refillRatePerSecond", 5, "refillTokens", 5, "refillPeriod", "1s")).expectStatus()
				.isBadRequest()
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo("refillRatePerSecond");
		}

		@Test
		void givesBackWhatWasSpentAndNoMore() {
			Limiters.consume(this.limiter, "rating", "4711", 4);
			post(LIMIT + "/4711", Map.of("tokens", 1.5)).expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.given")
				.isEqualTo(1.5);
			post(LIMIT + "/4711", Map.of("tokens", 1000)).expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.asked")
				.isEqualTo(1000)
				.jsonPath("$.given")
				.value((given) -> assertThat(((Number) given).doubleValue()).isBetween(2.4, 2.5))
				.jsonPath("$.level")
				.isEqualTo(10);
			assertThat(this.gateway.audited).extracting(AuditEvent::getType)
				.containsExactly("TOKEN_BUCKET_TOKENS_GIVEN_BACK", "TOKEN_BUCKET_TOKENS_GIVEN_BACK");
		}

		@Test
		void tokensThatCannotBeUsedAreRefused() {
			Limiters.consume(this.limiter, "rating", "4712", 1);
			for (Map<String, ?> body : List.of(Map.of("tokens", -1), Map.of("tokens", "x"), Map.of("tokens", 1e-7),
					Map.<String, Object>of())) {
				post(LIMIT + "/4712", body).expectStatus()
					.isBadRequest()
					.expectBody()
					.jsonPath("$.field")
					.isEqualTo("tokens");
			}
		}

		@Test
		void whatThereIsNotIsNotFoundWithAProblem() {
			for (WebTestClient.ResponseSpec answer : List.of(
					post("/actuator/tokenbuckets/unknown", Map.of("capacity", 5)),
					post("/actuator/tokenbuckets/unknown/key", Map.of("tokens", 5)),
					post(LIMIT + "/never-seen", Map.of("tokens", 5)),
					this.client.get().uri("/actuator/tokenbuckets/unknown").exchange(),
					this.client.get().uri("/actuator/tokenbuckets/unknown/key").exchange(),
					this.client.get().uri(LIMIT + "/never-seen").exchange())) {
				answer.expectStatus()
					.isNotFound()
					.expectHeader()
					.contentType(MediaType.APPLICATION_PROBLEM_JSON)
					.expectBody()
					.jsonPath("$.status")
					.isEqualTo(404)
					.jsonPath("$.detail")
					.isNotEmpty();
			}
		}

		private String scrape() {
			return String.valueOf(this.client.get()
				.uri("/actuator/prometheus")
				.exchange()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		@EventListener
		void onAudit(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
		}

	}

}
