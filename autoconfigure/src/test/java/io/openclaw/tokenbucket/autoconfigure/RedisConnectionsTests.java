package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisSentinel;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that are encrypted, or found through a sentinel.
 */
class RedisConnectionsTests {

	@RegisterExtension
	static final RedisExtension plain = new RedisExtension();

	private static final String PASSWORD = "changeit";

	private final ApplicationContextRunner gateways = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, DataRedisAutoConfiguration.class,
				OpenClawRedisAutoConfiguration.class, OpenClawLimiterAutoConfiguration.class,
				OpenClawReplicationAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=100",
				"openclaw.buckets.rating.refill-rate-per-second=0.001", "openclaw.crdt.sync-interval=50ms",
				"openclaw.crdt.replication-factor=3");

	@Test
	void anSslBundleEncryptsTheApplicationsOwnRedisAndABus(@TempDir Path directory) throws Exception {
		Path certificate = createCertificate(directory);
		int port = freePort();
		RedisExtension encrypted = RedisExtension.embedded("tls-port " + port, "tls-cert-file " + certificate,
				"tls-key-file " + directory.resolve("key.pem"), "tls-auth-clients no");
		start(encrypted);
		try {
			ApplicationContextRunner trusting = this.gateways.withPropertyValues(
					"spring.ssl.bundle.pem.mine.truststore.certificate=file:" + certificate,
					"spring.data.redis.host=localhost");
			trusting
				.withPropertyValues("spring.data.redis.port=" + port, "spring.data.redis.ssl.bundle=mine",
						"openclaw.node.id=a")
				.run((a) -> {
					awaitSaved(a);
					trusting
						.withPropertyValues("spring.data.redis.port=" + plain.port(), "openclaw.node.id=b",
								"openclaw.crdt.buses[0].name=tls", "openclaw.crdt.buses[0].ssl-bundle=mine",
								"openclaw.crdt.buses[0].url=redis://localhost:" + port)
						.run((b) -> {
							Awaitility.await()
								.atMost(Duration.ofSeconds(20))
								.until(() -> a.getBean(Replicator.class).status().fleetSize() == 2
										&& b.getBean(Replicator.class).status().state() == FleetState.HEALTHY);
						});
				});
			this.gateways
				.withPropertyValues("spring.data.redis.url=rediss://localhost:" + port, "openclaw.node.id=stranger")
				.run((stranger) -> {
					Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
					assertThat(stranger.getBean(Replicator.class).status().buses()).noneMatch((bus) -> bus.connected());
				});
		}
		finally {
			encrypted.stop();
		}
	}

	@Test
	void aSentinelTellsWhereTheRedisIs() throws IOException {
		int port = freePort();
		RedisSentinel sentinel = RedisSentinel.newRedisSentinel()
			.port(port)
			.bind("127.0.0.1")
			.masterName("mymaster")
			.masterPort(plain.port())
			.quorumSize(1)
			.build();
		try {
			sentinel.start();
		}
		catch (IOException ex) {
			Assumptions.abort("the embedded sentinel does not start on this machine: " + ex);
		}
		try {
			this.gateways
				.withPropertyValues("spring.data.redis.sentinel.master=mymaster",
						"spring.data.redis.sentinel.nodes=127.0.0.1:" + port, "openclaw.node.id=a")
				.run(RedisConnectionsTests::awaitSaved);
			this.gateways
				.withPropertyValues("openclaw.node.id=a", "openclaw.crdt.buses[0].name=only",
						"openclaw.crdt.buses[0].url=redis-sentinel://127.0.0.1:" + port + "#mymaster")
				.run(RedisConnectionsTests::awaitSaved);
		}
		finally {
			sentinel.stop();
		}
	}

	private static void awaitSaved(ApplicationContext gateway) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> gateway.getBean(Replicator.class).status().state() == FleetState.HEALTHY);
		gateway.getBean(TokenBucketLimiter.class).tryConsume("rating", "k", 30);
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> gateway.getBean(SnapshotStore.class).bytes() > 0);
	}

	private static void start(RedisExtension encrypted) {
		try {
			encrypted.start();
		}
		catch (RuntimeException ex) {
			Assumptions.abort("the embedded Redis of this platform was built without TLS: " + ex);
		}
	}

	private static Path createCertificate(Path directory)
			throws IOException, InterruptedException, GeneralSecurityException {
		Path store = directory.resolve("keys.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "redis", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-validity", "2", "-storetype", "PKCS12", "-storepass", PASSWORD,
				"-keystore", store.toString())
			.inheritIO()
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(store)) {
			keys.load(in, PASSWORD.toCharArray());
		}
		writePem(directory.resolve("key.pem"), "PRIVATE KEY",
				keys.getKey("redis", PASSWORD.toCharArray()).getEncoded());
		return writePem(directory.resolve("certificate.pem"), "CERTIFICATE", keys.getCertificate("redis").getEncoded());
	}

	private static Path writePem(Path path, String kind, byte[] content) throws IOException {
		return Files.writeString(path, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind,
				Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(content)));
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
