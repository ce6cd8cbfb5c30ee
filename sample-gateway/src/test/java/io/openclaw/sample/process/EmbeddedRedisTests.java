package io.openclaw.sample.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Gateways to which nobody gave the address of a Redis server.
 */
class EmbeddedRedisTests {

	private static final String STARTED = "Started a Redis server on 127.0.0.1:";

	private static final String FOUND = "Found a Redis server on 127.0.0.1:";

	private final int port = new RedisExtension().port();

	private GatewayProcess start(String node) {
		return GatewayProcess.start(node, List.of("--spring.data.redis.port=" + this.port));
	}

	@Test
	void gatewaysThatStartAtOnceShareOneServerThatEndsWithItsGatewayEvenWhenKilled() {
		try (GatewayProcess first = start("first"); GatewayProcess second = start("second")) {
			List<GatewayProcess> gateways = List.of(first, second);
			gateways.forEach(GatewayProcess::awaitReady);
			gateways.forEach((gateway) -> gateway.awaitFleetSize(2, Duration.ofSeconds(10)));
			List<GatewayProcess> owners = gateways.stream().filter((gateway) -> printed(gateway, STARTED)).toList();
			assertThat(owners).hasSize(1);
			assertThat(gateways).filteredOn((gateway) -> printed(gateway, FOUND)).hasSize(1).isNotEqualTo(owners);
			owners.get(0).kill();
			await().atMost(Duration.ofSeconds(5)).until(() -> !listens());
		}
	}

	@Test
	void serverEndsWhenItsGatewayStops() {
		try (GatewayProcess gateway = start("owner").awaitReady()) {
			assertThat(listens()).isTrue();
			gateway.stop();
			await().atMost(Duration.ofSeconds(5)).until(() -> !listens());
		}
	}

	private boolean printed(GatewayProcess gateway, String message) {
		return gateway.output().contains(message + this.port);
	}

	private boolean listens() {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
