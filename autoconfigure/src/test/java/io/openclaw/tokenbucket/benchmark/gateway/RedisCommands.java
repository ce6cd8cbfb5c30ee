package io.openclaw.tokenbucket.benchmark.gateway;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;

import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * Counts the commands that a Redis server has processed.
 */
final class RedisCommands implements AutoCloseable {

	private static final String NAME = "total_commands_processed:";

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	RedisCommands(RedisExtension redis) {
		this.client = RedisClient.create(RedisURI.create(redis.host(), redis.port()));
		this.connection = this.client.connect();
	}

	long count() {
		return this.connection.sync()
			.info("stats")
			.lines()
			.filter((line) -> line.startsWith(NAME))
			.mapToLong((line) -> Long.parseLong(line.substring(NAME.length()).strip()))
			.sum();
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
	}

}
