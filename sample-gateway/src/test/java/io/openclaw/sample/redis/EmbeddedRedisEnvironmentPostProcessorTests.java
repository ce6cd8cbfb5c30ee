package io.openclaw.sample.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.logging.DeferredLogs;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EmbeddedRedisEnvironmentPostProcessorTests {

	private final MockEnvironment environment = new MockEnvironment();

	private void process() {
		new EmbeddedRedisEnvironmentPostProcessor(new DeferredLogs()).postProcessEnvironment(this.environment,
				new SpringApplication());
	}

	@ParameterizedTest
	@ValueSource(strings = { "host=redis", "url=redis://redis:6379", "sentinel.master=main", "cluster.nodes=redis:6379",
			"cluster.nodes[0]=redis:6379", "masterreplica.nodes=redis:6379" })
	void leavesAnAddressAlone(String property) {
		String name = "spring.data.redis." + property.substring(0, property.indexOf('='));
		this.environment.setProperty(name, property.substring(property.indexOf('=') + 1));
		process();
		assertThat(this.environment.getPropertySources()).hasSize(1);
	}

	@Test
	void startsServerOnFreePortWhenAskedFor() {
		this.environment.setProperty("spring.data.redis.port", "0");
		process();
		assertThat(this.environment.getProperty("spring.data.redis.host")).isEqualTo("127.0.0.1");
		int port = this.environment.getRequiredProperty("spring.data.redis.port", Integer.class);
		assertThat(RedisProbe.listens(port)).isTrue();
	}

	@Test
	void findsServerThatListens() {
		EmbeddedRedis redis = EmbeddedRedis.start(0);
		try {
			this.environment.setProperty("spring.data.redis.port", Integer.toString(redis.port()));
			process();
			assertThat(this.environment.getProperty("spring.data.redis.host")).isEqualTo("127.0.0.1");
			assertThat(this.environment.getProperty("spring.data.redis.port", Integer.class)).isEqualTo(redis.port());
		}
		finally {
			redis.stop();
		}
	}

	@Test
	void secondServerOnSamePortIsRefused() {
		EmbeddedRedis redis = EmbeddedRedis.start(0);
		try {
			assertThatExceptionOfType(PortTakenException.class).isThrownBy(() -> EmbeddedRedis.start(redis.port()));
		}
		finally {
			redis.stop();
		}
	}

	@Test
	void saysWhatToDoWhenAnotherProgramListens() throws IOException {
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			CompletableFuture.runAsync(() -> answerOnce(other));
			this.environment.setProperty("spring.data.redis.port", Integer.toString(other.getLocalPort()));
			assertThatExceptionOfType(PortTakenException.class).isThrownBy(this::process).satisfies((ex) -> {
				FailureAnalysis analysis = new EmbeddedRedisFailureAnalyzer().analyze(ex);
				assertThat(analysis.getDescription()).contains(Integer.toString(other.getLocalPort()));
				assertThat(analysis.getAction()).contains("spring.data.redis.port", "spring.data.redis.host");
			});
		}
	}

	private static void answerOnce(ServerSocket server) {
		try (Socket socket = server.accept()) {
			socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
