package io.openclaw.tokenbucket.gateway;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MicroTokens;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Routes that were written for Spring Cloud Gateway's own rate limiter.
 */
@TestPropertySource(properties = "spring.config.name=gateway-drop-in")
class RequestRateLimiterHttpTests extends GatewayOverHttp {

	@Test
	void theArgumentsOfRedisRateLimiterAreRead() {
		get("/named").expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("X-RateLimit-Remaining", "15")
			.expectHeader()
			.valueEquals("X-RateLimit-Replenish-Rate", "1")
			.expectHeader()
			.valueEquals("X-RateLimit-Burst-Capacity", "20")
			.expectHeader()
			.valueEquals("X-RateLimit-Requested-Tokens", "5");
		assertThat(this.limiter.policy("request-rate-limiter:named").limit().capacity())
			.isEqualTo(MicroTokens.ofTokens(20));
	}

	@Test
	void aRejectionSaysWhenToComeBack() {
		for (int i = 0; i < 4; i++) {
			get("/named").expectStatus().isOk();
		}
		get("/named").expectStatus().isEqualTo(429).expectHeader().valueMatches("Retry-After", "[1-5]");
	}

	@Test
	void eachRouteHasBucketsOfItsOwn() {
		for (int i = 0; i < 4; i++) {
			get("/named").expectStatus().isOk();
		}
		get("/other").expectStatus().isOk().expectHeader().valueEquals("X-RateLimit-Remaining", "1");
	}

	@Test
	void itIsTheDefaultWhereThereIsNoOther() {
		get("/unnamed").expectStatus().isOk().expectHeader().valueEquals("X-RateLimit-Remaining", "2");
	}

	@Test
	void aRejectedCallerIsExplainedWithItsRoute() {
		for (int i = 0; i < 3; i++) {
			get("/other");
		}
		explain().jsonPath("$.known")
			.isEqualTo(true)
			.jsonPath("$.limits[?(@.limit == 'request-rate-limiter:other')].verdict")
			.isEqualTo("exhausted")
			.jsonPath("$.limits[?(@.limit == 'request-rate-limiter:other')].rejectedHere")
			.isEqualTo(1)
			.jsonPath("$.limits[?(@.limit == 'request-rate-limiter:other')].lastRejection.reason")
			.isEqualTo("exhausted");
	}

	@Test
	void aRouteThatAdmitsNobodyIsExplained() {
		get("/closed").expectStatus().isEqualTo(429);
		explain().jsonPath("$.known")
			.isEqualTo(false)
			.jsonPath("$.limits[?(@.limit == 'request-rate-limiter:closed')].verdict")
			.isEqualTo("closed")
			.jsonPath("$.limits[?(@.limit == 'request-rate-limiter:closed')].change")
			.value((change) -> assertThat(change.toString()).contains("burstCapacity is 0"));
	}

	private WebTestClient.BodyContentSpec explain() {
		return this.client.get()
			.uri("/actuator/tokenbuckets/explain?key={key}", this.apiKey)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody();
	}

	private WebTestClient.ResponseSpec get(String path) {
		return this.client.get().uri(path).header("X-User", this.apiKey).exchange();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class TestGateway {

		@Bean
		KeyResolver userResolver() {
			return (exchange) -> Mono.justOrEmpty(exchange.getRequest().getHeaders().getFirst("X-User"));
		}

	}

}
