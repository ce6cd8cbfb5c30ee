package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Numbers the processes that bear the same node id one after the other. The numbers of a
 * node grow strictly as long as Redis can be asked. Where it cannot, the number is the
 * time of day in milliseconds, which the numbers from Redis are never below either.
 * Thread-safe.
 */
public final class RedisIncarnations {

	private static final Log logger = LogFactory.getLog(RedisIncarnations.class);

	// A script, so that processes that start at once do not raise the counter twice. Its
	// numbers are exact: milliseconds reach 2^53 in the year 287396.
	private static final String NEXT = """
			local count = tonumber(redis.call('GET', KEYS[1]) or '0') + 1
			count = math.max(count, tonumber(ARGV[1]))
			redis.call('SET', KEYS[1], string.format('%.0f', count), 'EX', ARGV[2])
			return count
			""";

	// A counter that is gone starts over at the time of day, and so above what it was.
	private static final long SECONDS_TO_LIVE = Duration.ofDays(30).toSeconds();

	private final RedisConnectionFactory factory;

	private final RedisNamespace namespace;

	private final Clock clock;

	/**
	 * Creates the numbering.
	 * @param factory points to the Redis that counts; a {@code LettuceConnectionFactory}
	 * @param namespace prefixes every key, not empty
	 * @throws IllegalArgumentException if the namespace is empty
	 */
	public RedisIncarnations(RedisConnectionFactory factory, String namespace) {
		this(factory, namespace, Clock.systemUTC());
	}

	RedisIncarnations(RedisConnectionFactory factory, String namespace, Clock clock) {
		this.factory = factory;
		this.namespace = new RedisNamespace(namespace);
		this.clock = clock;
	}

	/**
	 * Takes the next number of a node. Blocks for up to the timeout: meant for start-up.
	 * @param node the node id
	 * @param timeout how long to wait for Redis, positive
	 * @return the number, positive; the time of day in milliseconds if Redis does not
	 * answer in time
	 * @throws IllegalArgumentException if the factory is not Lettuce's
	 */
	public long next(String node, Duration timeout) {
		try (DedicatedConnections connections = DedicatedConnections.like(this.factory)) {
			// On another thread, as looking up the topology of a cluster may block.
			return CompletableFuture.supplyAsync(connections::openCommanding)
				.thenCompose(Function.identity())
				.thenCompose((connection) -> count(DedicatedConnections.commands(connection), node))
				.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return timeOfDay(node, ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			return timeOfDay(node, ex);
		}
	}

	private CompletionStage<Long> count(RedisClusterAsyncCommands<byte[], byte[]> redis, String node) {
		byte[][] keys = { this.namespace.incarnation(node) };
		return redis.eval(NEXT, ScriptOutputType.INTEGER, keys, bytes(this.clock.millis()), bytes(SECONDS_TO_LIVE));
	}

	private static byte[] bytes(long number) {
		return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
	}

	private long timeOfDay(String node, Exception cause) {
		long millis = this.clock.millis();
		logger.warn("The incarnation of node '" + node + "' could not be counted in Redis ("
				+ NestedExceptionUtils.getMostSpecificCause(cause) + "); it is the time of day, " + millis);
		return millis;
	}

}
