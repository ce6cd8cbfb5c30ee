package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A gateway whose Redis does not answer, from its first request on. Limiters that let
 * everything through then, and say so nowhere, are a pain of their users:
 * spring-cloud-gateway #1774.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnreachableRedisTests {

	private static final String ROUTE = "spring.cloud.gateway.server.webflux.routes[0].";

	private static final String LOW_ROUTE = "spring.cloud.gateway.server.webflux.routes[1].";

	@Test
	void withoutRedisRequestsAreStillLimitedAndEverybodyCanSeeIt(CapturedOutput output) {
		DisposableServer upstream = HttpServer.create()
			.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> response.send())
			.bindNow();
		try (ConfigurableApplicationContext gateway = start(upstream.port())) {
			WebTestClient client = WebTestClient.bindToServer()
				.baseUrl("http://127.0.0.1:" + ((WebServerApplicationContext) gateway).getWebServer().getPort())
				.build();
			// A third of the bucket is what a gateway may spend that cannot tell of two
			// others.
			for (int i = 0; i < 10; i++) {
				client.get().uri("/").exchange().expectStatus().isOk();
			}
			client.get()
				.uri("/")
				.exchange()
				.expectStatus()
				.isEqualTo(429)
				.expectBody()
				.jsonPath("$.type")
				.isEqualTo("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity");
			client.get()
				.uri("/actuator/health/tokenBucketReplication")
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.status")
				.isEqualTo("DEGRADED");
			client.get()
				.uri("/actuator/replication")
				.exchange()
				.expectBody()
				.jsonPath("$.buses[0].connected")
				.isEqualTo(false);
			assertThat(client.get()
				.uri("/actuator/prometheus")
				.exchange()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody())
				.containsPattern("violations_total\\{bucket=\"all\",.*reason=\"reduced_capacity\",.*} 1\\.0");
			assertThat(output).containsPattern("WARN.*[Rr]edis");
			spendsMoreThanItsPartAndSaysWhenThatIsPaid(client);
		}
		finally {
			upstream.disposeNow();
		}
	}

	// Three gateways: the part of one is two thirds of a token, and refills at half a
	// token a second.
	private static void spendsMoreThanItsPartAndSaysWhenThatIsPaid(WebTestClient client) {
		client.get().uri("/low").exchange().expectStatus().isOk();
		client.get()
			.uri("/low")
			.exchange()
			.expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueMatches("Retry-After", "[12]");
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> client.get().uri("/low").exchange().expectStatus().isOk());
	}

	private static ConfigurableApplicationContext start(int upstream) {
		Map<String, Object> properties = new HashMap<>(
				Map.of("server.port", "0", "server.address", "127.0.0.1", "openclaw.buckets.all.capacity", "30",
						"openclaw.buckets.all.refill-rate-per-second", "0.000001", "openclaw.buckets.all.key", "global",
						ROUTE + "id", "all", ROUTE + "uri", "http://127.0.0.1:" + upstream, ROUTE + "predicates[0]",
						"Path=/", ROUTE + "filters[0]", "TokenBucket=all"));
		properties.put("openclaw.buckets.low.capacity", "2");
		properties.put("openclaw.buckets.low.refill-rate-per-second", "1.5");
		properties.put("openclaw.buckets.low.key", "global");
		properties.put(LOW_ROUTE + "id", "low");
		properties.put(LOW_ROUTE + "uri", "http://127.0.0.1:" + upstream);
		properties.put(LOW_ROUTE + "predicates[0]", "Path=/low");
		properties.put(LOW_ROUTE + "filters[0]", "TokenBucket=low");
		properties.put("spring.data.redis.host", "127.0.0.1");
		properties.put("spring.data.redis.port", "1");
		properties.put("openclaw.crdt.sync-interval", "20ms");
		properties.put("management.endpoint.health.show-components", "always");
		properties.put("management.endpoints.web.exposure.include", "health,replication,prometheus");
		SpringApplication spring = new SpringApplication(Gateway.class);
		spring.setDefaultProperties(properties);
		return spring.run();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
