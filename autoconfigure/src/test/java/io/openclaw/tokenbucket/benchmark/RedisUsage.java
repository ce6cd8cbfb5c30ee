package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;

import io.openclaw.tokenbucket.testing.RedisExtension;

/**
 * What a Redis server says that it has done.
 */
public final class RedisUsage implements AutoCloseable {

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	/**
	 * Connects to a server.
	 * @param redis a server that runs
	 */
	public RedisUsage(RedisExtension redis) {
		this.client = RedisClient.create(RedisURI.create(redis.host(), redis.port()));
		this.connection = this.client.connect();
	}

	/**
	 * Commands since its start, this one included.
	 */
	public long commands() {
		return (long) sum("stats", "total_commands_processed:");
	}

	/**
	 * Bytes sent to clients since its start.
	 */
	public long bytesOut() {
		return (long) sum("stats", "total_net_output_bytes:");
	}

	/**
	 * Processor time of its process since its start.
	 */
	public Duration cpu() {
		return Duration.ofNanos((long) (1e9 * (sum("cpu", "used_cpu_user:") + sum("cpu", "used_cpu_sys:"))));
	}

	private double sum(String section, String name) {
		return this.connection.sync()
			.info(section)
			.lines()
			.filter((line) -> line.startsWith(name))
			.mapToDouble((line) -> Double.parseDouble(line.substring(name.length()).strip()))
			.sum();
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
	}

}
