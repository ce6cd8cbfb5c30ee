package io.openclaw.sample.process;

import java.time.Duration;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/**
 * What gateways have saved in a Redis server.
 */
final class SavedBuckets implements AutoCloseable {

	private static final String HASH = "openclaw:{default}:snapshot";

	// Each gateway writes once a second, so one of two has written three times. What was
	// spent before is in the last of these at the latest.
	private static final int ENOUGH_WRITES = 6;

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	SavedBuckets(String host, int port) {
		this.client = RedisClient.create("redis://" + host + ":" + port);
		this.connection = this.client.connect();
	}

	/**
	 * Waits until all that one of at most two gateways knows by now is saved.
	 */
	void awaitCurrent() {
		long enough = writes() + ENOUGH_WRITES;
		await("writes to Redis").atMost(Duration.ofSeconds(60)).until(() -> writes() >= enough);
	}

	/**
	 * Has the server forget everything.
	 */
	void flush() {
		this.connection.sync().flushall();
	}

	private long writes() {
		@Nullable String generation = this.connection.sync().hget(HASH, "#generation");
		return (generation != null) ? Long.parseLong(generation) : 0;
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
	}

}
