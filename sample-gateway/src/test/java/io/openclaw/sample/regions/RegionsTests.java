package io.openclaw.sample.regions;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.sample.SampleGatewayApplication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RegionsTests {

	@Test
	void threeGatewaysInOneProcessShareABudget() {
		try (Regions regions = Regions.start(SampleGatewayApplication.class, List.of("--server.port=0",
				"--spring.data.redis.port=0", "--BUCKET_CAPACITY=50", "--REFILL_INTERVAL_MS=3600000"))) {
			List<ConfigurableApplicationContext> gateways = regions.gateways();
			assertThat(gateways).extracting((gateway) -> gateway.getEnvironment().getProperty("openclaw.node.region"))
				.containsExactly("us-east-1", "eu-central-1", "ap-southeast-2");
			List<WebTestClient> clients = gateways.stream().map(RegionsTests::client).toList();
			clients.forEach((client) -> await().atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> client.get()
					.uri("/actuator/replication")
					.exchange()
					.expectBody()
					.jsonPath("$.fleetSize")
					.isEqualTo(3)));
			long admitted = 0;
			for (int i = 0; i < 25; i++) {
				admitted += clients.stream().filter(RegionsTests::isAdmitted).count();
			}
			assertThat(admitted).isBetween(50L, 52L);
		}
	}

	private static boolean isAdmitted(WebTestClient client) {
		return client.get().uri("/rate").exchange().expectBody().returnResult().getStatus().is2xxSuccessful();
	}

	private static WebTestClient client(ConfigurableApplicationContext gateway) {
		return WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.server.port"))
			.build();
	}

}
