package io.openclaw.tokenbucket.test;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

import static org.awaitility.Awaitility.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Gateways of docs/testing.md that hear each other through memory.
 */
class InMemoryFleetTests {

	private static InMemoryFleet fleet;

	@BeforeAll
	static void start() {
		fleet = InMemoryFleet.start(3, OrdersGateway.class, "orders.url=no://op", "spring.config.name=orders-gateway");
	}

	@AfterEach
	void heal() {
		fleet.heal();
		fleet.advance(Duration.ofSeconds(5));
	}

	@AfterAll
	static void stop() {
		fleet.close();
	}

	@Test
	void whatOneGatewaySpendsTheOthersLack() {
		try (InMemoryFleet fleet = InMemoryFleet.start(2, OrdersGateway.class, "orders.url=no://op",
				"spring.config.name=orders-gateway")) {
			WebTestClient client = WebTestClient.bindToServer().baseUrl(fleet.member(0).url().toString()).build();
			for (int i = 0; i < 3; i++) {
				client.get().uri("/orders/1").header("X-API-Key", "4711").exchange().expectStatus().isOk();
			}
			fleet.advance(Duration.ofSeconds(1));
			assertThat(fleet.member(1).bucket("orders", "4711")).isEmpty();
		}
	}

	@Test
	void aGatewayThatIsCutOffGoesOnWithItsShare() {
		fleet.isolate(0);
		fleet.advance(Duration.ofSeconds(5));
		assertThat(fleet.member(0).bucket("fleet", "sales")).admits(100).rejects(101);
		assertThat(fleet.member(1).bucket("fleet", "sales")).admits(200).rejects(201);

		fleet.heal();
		fleet.advance(Duration.ofSeconds(5));
		assertThat(fleet.member(0).bucket("fleet", "sales")).admits(300);

		fleet.cut(1, 2);
		fleet.advance(Duration.ofSeconds(5));
		assertThat(fleet.member(0).status().state()).isEqualTo(FleetState.HEALTHY);
		assertThat(fleet.member(1).status().state()).isEqualTo(FleetState.DEGRADED);
	}

	@Test
	void manyRequestsAtAllGatewaysAreNeverMoreThanTheBucketHolds() {
		int admitted = 0;
		for (int i = 0; i < 450; i++) {
			TokenBucketLimiter limiter = fleet.member(i % 3).context().getBean(TokenBucketLimiter.class);
			var decision = limiter.tryConsume("fleet", "support", 1);
			if (decision.completion() != null) {
				decision = decision.completion().toCompletableFuture().join();
			}
			admitted += decision.isAdmitted() ? 1 : 0;
		}
		assertThat(admitted).isEqualTo(300);
	}

	@Test
	void closingFreesAllThreads() {
		// Contexts that other tests have cached keep theirs.
		Set<Thread> before = threads();
		InMemoryFleet.start(1, OrdersGateway.class, "orders.url=no://op", "spring.config.name=orders-gateway").close();
		await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("openclaw-"))
			.collect(Collectors.toSet());
	}

	@Test
	void aGatewayThatDoesNotStartIsSaidToAndTheOthersAreClosed() {
		assertThatIllegalStateException()
			.isThrownBy(() -> InMemoryFleet.start(2, OrdersGateway.class, "orders.url=no://op",
					"spring.config.name=orders-gateway", "openclaw.buckets.orders.capacity=-1"))
			.withStackTraceContaining("openclaw.buckets.orders.capacity");
	}

}
