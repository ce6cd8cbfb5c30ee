package io.openclaw.sample.web;

import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.resilience.Drift;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * The address that ends an experiment of {@code docs/chaos}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.data.redis.port=0")
class BudgetHealthTests {

	@Autowired
	private AtomicReference<Set<String>> inFallback;

	@Test
	void aLimitInFallbackTurnsTheBudgetToServiceUnavailableAndNothingElse(@LocalServerPort int port) {
		WebTestClient client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		expect(client, "/actuator/health/budget", 200);
		this.inFallback.set(Set.of("rating"));
		expect(client, "/actuator/health/budget", 503);
		expect(client, "/actuator/health", 200);
		expect(client, "/ready", 200);
		this.inFallback.set(Set.of());
		expect(client, "/actuator/health/budget", 200);
	}

	private static void expect(WebTestClient client, String path, int status) {
		client.get().uri(path).exchange().expectStatus().isEqualTo(status);
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Drifting {

		@Bean
		AtomicReference<Set<String>> inFallback() {
			return new AtomicReference<>(Set.of());
		}

		@Bean
		@Primary
		DriftSource drifting(AtomicReference<Set<String>> inFallback) {
			return new DriftSource() {

				@Override
				public Drift drift(String limit) {
					return NONE.drift(limit);
				}

				@Override
				public Set<String> inFallback() {
					return inFallback.get();
				}

			};
		}

	}

}
