package io.openclaw.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import redis.embedded.RedisServer;

/**
 * A Redis server of the test's own, which outlives every gateway.
 */
final class TestRedis implements AutoCloseable {

	private final RedisServer server;

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private final int port;

	TestRedis() {
		this.port = freePort();
		try {
			this.server = RedisServer.newRedisServer().port(this.port).setting("save \"\"").build();
			this.server.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.client = RedisClient.create("redis://127.0.0.1:" + this.port);
		this.connection = this.client.connect();
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Arguments that lead a gateway here.
	 * @return the arguments
	 */
	String[] address() {
		return new String[] { "--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + this.port };
	}

	/**
	 * How many commands the server has carried out, those of the test not counted.
	 * @return the number
	 */
	long commands() {
		return this.connection.sync()
			.info("commandstats")
			.lines()
			.filter((line) -> line.startsWith("cmdstat_") && !line.startsWith("cmdstat_info:"))
			.map((line) -> line.substring(line.indexOf("calls=") + "calls=".length(), line.indexOf(',')))
			.mapToLong(Long::parseLong)
			.sum();
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
		try {
			this.server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
