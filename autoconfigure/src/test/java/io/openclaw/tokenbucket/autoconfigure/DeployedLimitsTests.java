package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.Deviation;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three gateways on a real Redis whose limit is deployed, changed and rolled back.
 */
class DeployedLimitsTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private final Map<String, ConfigurableApplicationContext> gateways = new LinkedHashMap<>();

	@AfterEach
	void stopAll() {
		this.gateways.values().forEach(ConfigurableApplicationContext::close);
		this.gateways.clear();
	}

	@Test
	void aDeploymentChangesTheLimitAndARollbackChangesItBack() {
		deploy("a", 100);
		deploy("b", 100);
		deploy("c", 100);
		awaitFleet(3);
		deploy("a", 300);
		deploy("b", 300);
		awaitFleet(3);
		assertThat(capacities()).containsOnly(100L);
		assertThat(limiter("a").deviations()).containsExactly(Map.entry("api", Deviation.NOT_DEPLOYED_EVERYWHERE));
		deploy("c", 300);
		awaitCapacity(300);
		change("b", 50);
		awaitCapacity(50);
		deploy("a", 300);
		awaitFleet(3);
		assertThat(capacities()).containsOnly(50L);
		assertThat(limiter("a").deviations()).containsExactly(Map.entry("api", Deviation.CHANGED_AT_RUN_TIME));
		deploy("a", 100);
		deploy("b", 100);
		deploy("c", 100);
		awaitCapacity(100);
		change("b", 50);
		awaitCapacity(50);
		stopAll();
		deploy("a", 100);
		awaitCapacity(50);
		stopAll();
		deploy("a", 200);
		awaitCapacity(200);
		assertThat(limiter("a").deviations()).isEmpty();
	}

	@Test
	void oneLimitMayHaveARevisionOfItsOwn() {
		deploy("a", 100);
		deploy("b", 100);
		awaitFleet(2);
		deploy("a", 300, "--openclaw.buckets.api.revision=1");
		awaitCapacity(300);
	}

	private void deploy(String node, long capacity, String... more) {
		ConfigurableApplicationContext before = this.gateways.remove(node);
		if (before != null) {
			before.close();
		}
		String[] arguments = Stream
			.concat(Stream.of("--spring.config.name=none", "--spring.data.redis.host=" + redis.host(),
					"--spring.data.redis.port=" + redis.port(), "--openclaw.crdt.namespace=deployed",
					"--openclaw.crdt.sync-interval=50ms", "--openclaw.crdt.replication-factor=1",
					"--openclaw.node.id=" + node, "--openclaw.buckets.api.capacity=" + capacity,
					"--openclaw.buckets.api.refill-rate-per-second=1"), Stream.of(more))
			.toArray(String[]::new);
		this.gateways.put(node,
				new SpringApplicationBuilder(Gateway.class).web(WebApplicationType.NONE).run(arguments));
	}

	private void change(String node, long capacity) {
		this.gateways.get(node)
			.getBean(LimitControl.class)
			.edit("api",
					(current) -> new LimitDefinition(
							new Limit("api", MicroTokens.ofTokens(capacity), current.limit().refillRate(), 0, 0), 0,
							current.consistency(), current.mode()),
					LimitSource.ENDPOINT);
	}

	private void awaitFleet(int size) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.gateways.values()
				.stream()
				.map((gateway) -> gateway.getBean(Replicator.class).status())
				.allMatch((status) -> status.fleetSize() == size && status.state().name().equals("HEALTHY")));
	}

	private void awaitCapacity(long capacity) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(capacities()).containsOnly(capacity));
	}

	private Stream<Long> capacities() {
		return this.gateways.keySet()
			.stream()
			.map((node) -> MicroTokens.toWholeTokens(limiter(node).policy("api").limit().capacity()));
	}

	private TokenBucketLimiter limiter(String node) {
		return this.gateways.get(node).getBean(TokenBucketLimiter.class);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, OpenClawRedisAutoConfiguration.class,
			OpenClawLimiterAutoConfiguration.class, OpenClawReplicationAutoConfiguration.class })
	static class Gateway {

	}

}
