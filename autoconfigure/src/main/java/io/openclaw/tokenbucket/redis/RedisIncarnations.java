package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Numbers the processes that bear the same node id one after the other. The numbers of a
 * node grow strictly as long as any Redis can be asked that was asked the last time. If
 * none can, the number is the time of day in milliseconds. The numbers from Redis are
 * never below that. Thread-safe.
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

	private final List<RedisConnectionFactory> factories;

	private final RedisNamespace namespace;

	private final Clock clock;

	/**
	 * Creates the numbering.
	 * @param factories point to the Redis that count, each for itself; each a
	 * {@code LettuceConnectionFactory}
	 * @param namespace prefixes every key, not empty
	 * @throws IllegalArgumentException if the namespace is empty
	 */
	public RedisIncarnations(Collection<? extends RedisConnectionFactory> factories, String namespace) {
		this(factories, namespace, Clock.systemUTC());
	}

	RedisIncarnations(Collection<? extends RedisConnectionFactory> factories, String namespace, Clock clock) {
		this.factories = List.copyOf(factories);
		this.namespace = new RedisNamespace(namespace);
		this.clock = clock;
	}

	/**
	 * Takes the next number of a node. Blocks for up to the timeout: meant for start-up.
	 * @param node the node id
	 * @param timeout how long to wait for Redis, positive
	 * @return the largest of the numbers that arrive in time, positive; the time of day
	 * in milliseconds if none does
	 * @throws IllegalArgumentException if a factory is not Lettuce's
	 */
	public long next(String node, Duration timeout) {
		List<Server> servers = this.factories.stream().map(Server::open).toList();
		List<CompletableFuture<Long>> numbers = servers.stream()
			.map((server) -> next(server, node).orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS))
			.toList();
		try {
			return largest(numbers);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return timeOfDay(node, ex);
		}
		catch (ExecutionException ex) {
			return timeOfDay(node, ex);
		}
		finally {
			servers.forEach(Server::close);
		}
	}

	private CompletableFuture<Long> next(Server server, String node) {
		return server.connection().thenCompose((connection) -> count(DedicatedConnections.commands(connection), node));
	}

	private static long largest(List<CompletableFuture<Long>> numbers) throws InterruptedException, ExecutionException {
		long largest = 0;
		ExecutionException failure = null;
		for (CompletableFuture<Long> number : numbers) {
			try {
				largest = Math.max(largest, number.get());
			}
			catch (ExecutionException ex) {
				failure = ex;
			}
		}
		if (largest == 0 && failure != null) {
			throw failure;
		}
		return largest;
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
		logger.warn("Redis could not count the incarnation of node '" + node + "' ("
				+ NestedExceptionUtils.getMostSpecificCause(cause) + "). It is now the time of day, " + millis);
		return millis;
	}

	private record Server(DedicatedConnections client,
			CompletableFuture<StatefulConnection<byte[], byte[]>> connection) {

		// On another thread, as looking up the topology of a cluster may block.
		private static Server open(RedisConnectionFactory factory) {
			DedicatedConnections client = DedicatedConnections.like(factory);
			return new Server(client,
					CompletableFuture.supplyAsync(client::openCommanding).thenCompose(Function.identity()));
		}

		// A client that is closed while a connection opens logs it as a failure.
		private void close() {
			this.connection.whenCompleteAsync((opened, failure) -> this.client.close());
		}

	}

}
