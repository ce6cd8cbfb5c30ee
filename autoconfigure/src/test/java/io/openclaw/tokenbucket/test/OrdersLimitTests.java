package io.openclaw.tokenbucket.test;

import java.time.Duration;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.replication.Replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The examples of docs/testing.md.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@TestPropertySource(properties = "spring.config.name=orders-gateway")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "orders.url=no://op")
@AutoConfigureTokenBucket
class OrdersLimitTests {

	@Autowired
	TestBuckets buckets;

	@Autowired
	TestClock clock;

	WebTestClient client;

	@BeforeEach
	void connect(@LocalServerPort int port) {
		this.client = WebTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
	}

	@Test
	@Order(1)
	void afterThreeOrdersTheNextComesInTwentySeconds() {
		for (int i = 0; i < 3; i++) {
			order("4711").expectStatus().isOk();
		}
		order("4711").expectStatus().isEqualTo(429).expectHeader().valueEquals("Retry-After", "20");
		assertThat(this.buckets.bucket("orders", "4711")).isEmpty();

		this.clock.advance(Duration.ofSeconds(20));
		order("4711").expectStatus().isOk();
	}

	ResponseSpec order(String apiKey) {
		return this.client.get().uri("/orders/1").header("X-API-Key", apiKey).exchange();
	}

	@Test
	@Order(2)
	void everyTestMethodBeginsWithFreshBuckets() {
		assertThat(this.buckets.bucket("orders", "4711")).isFull().hasTokens(3).hasCapacity(3).admits(3).rejects(4);
	}

	@Test
	void aPartnerHasItsPlan() {
		order("partner").expectStatus().isOk().expectHeader().valueMatches("RateLimit-Policy", "\"orders.gold\".*");
		assertThat(this.buckets.bucket("orders", "partner")).hasTokens(99).hasCapacity(100);
		assertThat(this.buckets.bucket("orders.gold", "partner")).hasTokens(99);
	}

	@Test
	void eachReportHasABucketOfItsOwn() {
		this.client.get().uri("/daily").header("X-Team", "sales").exchange().expectStatus().isOk();
		assertThat(this.buckets.bucket("reports", "sales").onRoute("daily")).hasTokens(4);
		assertThat(this.buckets.bucket("reports", "sales").onRoute("weekly")).isFull();
	}

	@Test
	void aSearchGoesByTheArgumentsOfItsRoute() {
		this.client.get().uri("/search").header("X-Team", "sales").exchange().expectStatus().isOk();
		assertThat(this.buckets.bucket("request-rate-limiter:search", "sales")).hasTokens(1);
	}

	@Test
	void aFailureSaysWhatWasThere() {
		order("4711");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.buckets.bucket("orders", "4711")).hasTokens(3))
			.withMessageContaining("the bucket of '4711' in the limit 'orders' to have 3 tokens, but there are 2 of 3");
	}

	@Test
	void abucketOfARouteNeedsTheRoute() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.buckets.bucket("reports", "sales").status())
			.withMessageContaining("daily")
			.withMessageContaining("onRoute");
	}

	@Test
	void anUnknownLimitIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.buckets.bucket("order", "4711").status())
			.withMessageContaining("no limit is named 'order'")
			.withMessageContaining("orders.gold");
	}

	@Test
	void timeDoesNotGoBack() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advance(Duration.ofNanos(-1)));
	}

	@Test
	void nobodyElseIsAskedThoughARedisIsNamed(@Autowired ObjectProvider<Replicator> replicator,
			@Autowired TokenBucketLimiter limiter) {
		assertThat(replicator.getIfAvailable()).isNull();
		assertThat(limiter.tryConsume("orders", "somebody", 1).isAdmitted()).isTrue();
	}

}
