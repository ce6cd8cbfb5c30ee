package io.openclaw.sample.process;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three gateways whose limit is deployed one by one, and rolled back one by one, without
 * a revision. {@code DeployedLimitsTests} tries more cases with gateways of one process.
 */
@EnabledIfSystemProperty(named = "rollout.process", matches = "true")
class RolledOutLimitTests {

	private static final List<String> NODES = List.of("a", "b", "c");

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private final Map<String, GatewayProcess> gateways = new LinkedHashMap<>();

	@AfterEach
	void close() {
		this.gateways.values().forEach(GatewayProcess::close);
	}

	@Test
	void theLastGatewayOfADeploymentOrARollbackMakesItTheLimit() {
		NODES.forEach((node) -> deploy(node, 10));
		awaitCapacity(10);
		rollOut(30, 10);
		rollOut(10, 30);
	}

	private void rollOut(int capacity, int before) {
		deploy("a", capacity);
		deploy("b", capacity);
		awaitFleet();
		awaitCapacity(before);
		assertThat(limit("a").required("configured").required("followed").asBoolean()).isFalse();
		deploy("c", capacity);
		awaitCapacity(capacity);
		assertThat(limit("a").required("configured").required("followed").asBoolean()).isTrue();
	}

	private void deploy(String node, int capacity) {
		GatewayProcess before = this.gateways.remove(node);
		if (before != null) {
			before.stop();
		}
		this.gateways.put(node,
				GatewayProcess.start(node, redis, "--openclaw.buckets.small.capacity=" + capacity).awaitReady());
	}

	private void awaitFleet() {
		this.gateways.values().forEach((gateway) -> gateway.awaitFleetSize(NODES.size(), TIMEOUT));
	}

	private void awaitCapacity(int capacity) {
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(NODES).extracting((node) -> limit(node).required("capacity").asInt())
				.containsOnly(capacity));
	}

	private JsonNode limit(String node) {
		return this.gateways.get(node).json("/actuator/tokenbuckets/small");
	}

}
