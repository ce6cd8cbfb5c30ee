package io.openclaw.tokenbucket.gateway;

import java.util.UUID;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Routes that were written for Spring Cloud Gateway's own rate limiter.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.config.name=gateway-drop-in")
class RequestRateLimiterHttpTests {

	private static final UpstreamService upstream = new UpstreamService();

	@LocalServerPort
	private int port;

	@Autowired
	private TokenBucketLimiter limiter;

	private WebTestClient client;

	private final String user = UUID.randomUUID().toString();

	@DynamicPropertySource
	static void upstreamProperties(DynamicPropertyRegistry registry) {
		registry.add("upstream", () -> "http://127.0.0.1:" + upstream.port());
	}

	@BeforeEach
	void connect() {
		this.client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + this.port).build();
	}

	@AfterAll
	static void close() {
		upstream.close();
	}

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

	private WebTestClient.ResponseSpec get(String path) {
		return this.client.get().uri(path).header("X-User", this.user).exchange();
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
