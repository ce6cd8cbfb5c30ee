package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.TokenBucketReplicationHealthIndicator;
import io.openclaw.tokenbucket.observability.endpoint.ReplicationEndpoint;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.resilience.DriftSource;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Gateways on one Redis whose secrets are replaced, one restart after the other, while
 * they spend.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretRotationOverRedisTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final long CAPACITY = 1_000_000;

	private final Map<String, ConfigurableApplicationContext> gateways = new HashMap<>();

	private long admitted;

	@AfterEach
	void close() {
		this.gateways.values().forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void aSecretIsReplacedUnderLoadWithoutOneMessageLost() {
		roll("secret=old");
		roll("secret=old,new");
		roll("secret=new,old");
		roll("secret=new");
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(this.gateways.values())
				.allSatisfy((gateway) -> assertThat((double) limiter(gateway).peek("rating", "k").level())
					.isCloseTo((CAPACITY - this.admitted) * 1e6, within(1e6))));
		this.gateways.values().forEach(SecretRotationOverRedisTests::assertNothingRejected);
	}

	@Test
	void whoHasASecretDoesNotHearWhoHasNoneAndSaysWhatToDo(CapturedOutput output) {
		this.gateways.put("a", start("a"));
		ConfigurableApplicationContext with = start("b", "secret=s3cret");
		this.gateways.put("b", with);
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(status(with).rejectedMessages()).isGreaterThan(20));
		assertThat(status(with).members()).isEmpty();
		assertThat(output).contains("Messages between gateways are not signed")
			.containsOnlyOnce("reason: unsigned, they claim to be from a. The sender has no openclaw.crdt.secret");
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(output)
				.containsOnlyOnce("Other gateways sign their messages and do not read those of this gateway: b."));
		assertThat(health(with)).contains("DEGRADED", "a has no secret");
		assertThat(health(this.gateways.get("a"))).contains("DEGRADED", "b signs under a secret");
	}

	@Test
	void gatewaysWithDifferentSecretsAreDegradedAndNameEachOther(CapturedOutput output) {
		for (String node : List.of("a", "b")) {
			this.gateways.put(node, start(node, "secret=of-" + node));
		}
		Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(health(this.gateways.get("a"))).contains("DEGRADED", "b signs under another secret");
			assertThat(health(this.gateways.get("b"))).contains("DEGRADED", "a signs under another secret");
			assertThat(
					new ReplicationEndpoint(this.gateways.get("a").getBean(ReplicationStatusSource.class)).replication()
						.refused())
				.singleElement(InstanceOfAssertFactories.STRING)
				.contains("b signs under another secret");
		});
		assertThat(output).contains("reason: signature, they claim to be from a",
				"reason: signature, they claim to be from b");
	}

	private static String health(ConfigurableApplicationContext gateway) {
		Health health = new TokenBucketReplicationHealthIndicator(gateway.getBean(ReplicationStatusSource.class),
				DriftSource.NONE, Map::of)
			.health();
		return health.toString();
	}

	private void roll(String... crdt) {
		for (String node : List.of("a", "b")) {
			ConfigurableApplicationContext before = this.gateways.remove(node);
			if (before != null) {
				assertNothingRejected(before);
				before.close();
			}
			this.gateways.put(node, start(node, crdt));
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> {
				this.gateways.values().forEach(this::spend);
				return this.gateways.values()
					.stream()
					.allMatch((gateway) -> status(gateway).fleetSize() == this.gateways.size()
							&& status(gateway).members().stream().allMatch((member) -> member.heard()));
			});
		}
	}

	private void spend(ConfigurableApplicationContext gateway) {
		for (int i = 0; i < 20; i++) {
			Decision decision = limiter(gateway).tryConsume("rating", "k", 1);
			boolean admits = (decision.completion() != null)
					? decision.completion().toCompletableFuture().join().isAdmitted() : decision.isAdmitted();
			this.admitted += admits ? 1 : 0;
		}
	}

	private static void assertNothingRejected(ConfigurableApplicationContext gateway) {
		assertThat(status(gateway).rejectedMessages()).isZero();
	}

	private static ReplicationStatus status(ConfigurableApplicationContext gateway) {
		return gateway.getBean(Replicator.class).status();
	}

	private static TokenBucketLimiter limiter(ConfigurableApplicationContext gateway) {
		return gateway.getBean(TokenBucketLimiter.class);
	}

	private static ConfigurableApplicationContext start(String node, String... crdt) {
		List<String> properties = new ArrayList<>(List.of("spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port(), "openclaw.node.id=" + node,
				"openclaw.buckets.rating.capacity=" + CAPACITY, "openclaw.buckets.rating.refill-rate-per-second=0.001",
				"openclaw.crdt.sync-interval=50ms", "spring.main.banner-mode=off"));
		List.of(crdt).forEach((property) -> properties.add("openclaw.crdt." + property));
		return new SpringApplicationBuilder(Gateway.class).web(WebApplicationType.NONE)
			.properties(properties.toArray(String[]::new))
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class,
			OpenClawRedisAutoConfiguration.class, OpenClawLimiterAutoConfiguration.class,
			OpenClawReplicationAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class })
	static class Gateway {

	}

}
