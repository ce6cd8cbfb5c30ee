package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two gateways on a real Redis whose routes were written for Spring Cloud Gateway's own
 * rate limiter. A bucket serves ten requests, and refills a hundredth of one a second.
 */
class RestartedDropInTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final UpstreamService upstream = new UpstreamService();

	@AfterAll
	static void close() {
		upstream.close();
	}

	@Test
	void aGatewayThatRestartsAdmitsNothingThatWasSpentBefore() {
		try (ConfigurableApplicationContext a = start("a")) {
			try (ConfigurableApplicationContext b = start("b")) {
				assertThat(admitted(a, 12)).isEqualTo(10);
				awaitAcknowledged(a);
				assertThat(a.getBean(TokenBucketLimiter.class).limits()).containsExactly("request-rate-limiter:r");
				assertThat(admitted(b, 2)).isZero();
			}
			try (ConfigurableApplicationContext again = start("b")) {
				assertThat(admitted(again, 3)).isZero();
			}
		}
		try (ConfigurableApplicationContext alone = start("a")) {
			assertThat(admitted(alone, 3)).isLessThanOrEqualTo(1);
		}
	}

	private static ConfigurableApplicationContext start(String node) {
		String route = "spring.cloud.gateway.server.webflux.routes[0].";
		return new SpringApplicationBuilder(RequestRateLimiterHttpTests.TestGateway.class).run("--server.port=0",
				"--spring.config.name=none", "--openclaw.node.id=" + node, "--spring.data.redis.host=" + redis.host(),
				"--spring.data.redis.port=" + redis.port(), "--openclaw.crdt.namespace=drop-in",
				"--openclaw.crdt.replication-factor=2", "--spring.cloud.gateway.server.webflux.redis.enabled=false",
				"--" + route + "id=r", "--" + route + "uri=http://127.0.0.1:" + upstream.port(),
				"--" + route + "predicates[0]=Path=/**", "--" + route + "filters[0].name=RequestRateLimiter",
				"--" + route + "filters[0].args.redis-rate-limiter.replenishRate=1",
				"--" + route + "filters[0].args.redis-rate-limiter.burstCapacity=1000",
				"--" + route + "filters[0].args.redis-rate-limiter.requestedTokens=100");
	}

	// Who joins may spend but a part of a bucket.
	private static void awaitJoined(ConfigurableApplicationContext gateway) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> gateway.getBean(TokenBucketLimiter.class).state() == FleetState.HEALTHY);
	}

	// Under the default consistency a request waits for that, but not for longer than 25
	// ms.
	private static void awaitAcknowledged(ConfigurableApplicationContext gateway) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> gateway.getBean(BucketStore.class).replicas().lag(System.nanoTime()) == 0);
	}

	private static long admitted(ConfigurableApplicationContext gateway, int requests) {
		awaitJoined(gateway);
		int port = ((WebServerApplicationContext) gateway).getWebServer().getPort();
		WebTestClient client = WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
		return IntStream.range(0, requests)
			.filter((i) -> client.get()
				.uri("/")
				.header("X-User", "alice")
				.exchange()
				.returnResult(Void.class)
				.getStatus()
				.is2xxSuccessful())
			.count();
	}

}
