package io.openclaw.tokenbucket.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;

import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

import org.springframework.core.NestedExceptionUtils;

import static org.awaitility.Awaitility.await;

/**
 * The server whose binary comes from Maven Central.
 */
final class EmbeddedRedis implements TestRedis {

	private final RedisServer server;

	EmbeddedRedis(int port, String... settings) {
		try {
			RedisServerBuilder builder = RedisServer.newRedisServer()
				.port(port)
				.bind("127.0.0.1")
				.setting("dir " + Files.createTempDirectory("redis"))
				.setting("save \"\"")
				.setting("appendonly no");
			for (String setting : settings) {
				builder.setting(setting);
			}
			this.server = builder.build();
			await().pollInSameThread()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(20))
				.atMost(Duration.ofMinutes(1))
				.until(() -> isStarted(this.server));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The embedded Redis server does not start on this machine"
					+ " (on Linux it needs glibc and OpenSSL 3). Docker does as well.", ex);
		}
	}

	/**
	 * The binary has just been written. A process that another thread begins to start
	 * meanwhile holds it open, and so it cannot be run until that is another program.
	 */
	private static boolean isStarted(RedisServer server) throws IOException {
		try {
			server.start();
			return true;
		}
		catch (IOException ex) {
			if (String.valueOf(NestedExceptionUtils.getMostSpecificCause(ex).getMessage()).contains("Text file busy")) {
				return false;
			}
			throw ex;
		}
	}

	@Override
	public void close() {
		try {
			this.server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public String toString() {
		return "embedded Redis on port " + this.server.ports().get(0);
	}

}
