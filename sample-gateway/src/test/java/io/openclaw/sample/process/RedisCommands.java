package io.openclaw.sample.process;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * Counts what a Redis server is asked to do.
 */
final class RedisCommands implements AutoCloseable {

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	RedisCommands(String host, int port) {
		this.client = RedisClient.create("redis://" + host + ":" + port);
		this.connection = this.client.connect();
	}

	/**
	 * How many commands the server has carried out, those of this counter not counted.
	 * @return the number
	 */
	long count() {
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
	}

}
