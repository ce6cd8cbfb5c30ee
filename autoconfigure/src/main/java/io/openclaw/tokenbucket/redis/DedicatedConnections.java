package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/**
 * Opens connections to the Redis that a connection factory of the application points to,
 * with the same credentials and encryption, but through a client of its own. Thread-safe.
 * <p>
 * A connection of that client lives once: it neither reconnects by itself nor queues
 * commands while it is down, since replication messages that arrive late in a flood are
 * worse than none. The application's own connections keep their options.
 */
final class DedicatedConnections implements AutoCloseable {

	// Beyond, a connection is given up: a server that does not answer so many commands
	// will not answer more of them sooner.
	private static final int MAX_UNANSWERED = 50_000;

	private static final Duration LONGEST_LOOK = Duration.ofSeconds(1);

	private final DedicatedFactory factory;

	private final LettuceConnectionProvider provider;

	private volatile boolean nodesKnown;

	private DedicatedConnections(DedicatedFactory factory) {
		this.factory = factory;
		this.provider = factory.connectionProvider();
	}

	/**
	 * Creates a client. Nothing is connected yet.
	 * @param factory points to the Redis
	 * @return what opens connections to the same Redis
	 * @throws IllegalArgumentException if the factory is not Lettuce's
	 */
	static DedicatedConnections like(RedisConnectionFactory factory) {
		if (!(factory instanceof LettuceConnectionFactory lettuce)) {
			throw new IllegalArgumentException("token buckets are replicated through a LettuceConnectionFactory, not "
					+ factory.getClass().getName() + ": define a bean of that type for the Redis they share");
		}
		DedicatedFactory dedicated = new DedicatedFactory(server(lettuce), client(lettuce));
		dedicated.setEagerInitialization(false);
		dedicated.start();
		return new DedicatedConnections(dedicated);
	}

	/**
	 * Opens a connection that can subscribe.
	 * @return completes with the connection
	 */
	@SuppressWarnings("unchecked")
	CompletionStage<StatefulRedisPubSubConnection<byte[], byte[]>> openSubscribing() {
		return open(StatefulRedisPubSubConnection.class)
			.thenApply((connection) -> (StatefulRedisPubSubConnection<byte[], byte[]>) connection);
	}

	/**
	 * Opens a connection for commands.
	 * @return completes with the connection, one to a single server or to a cluster
	 */
	@SuppressWarnings("unchecked")
	CompletionStage<StatefulConnection<byte[], byte[]>> openCommanding() {
		return open(StatefulConnection.class)
			.thenApply((connection) -> (StatefulConnection<byte[], byte[]>) connection);
	}

	private <C extends StatefulConnection<?, ?>> CompletionStage<C> open(Class<C> type) {
		return (this.factory.getRequiredNativeClient() instanceof RedisClusterClient cluster)
				? looked(cluster).thenComposeAsync((done) -> this.provider.getConnectionAsync(type))
				: this.provider.getConnectionAsync(type);
	}

	// A client looks up the nodes of a cluster once, and a connection is opened anew
	// because one of them is gone. One that is silent is not waited for long: then it is
	// tried with the nodes that were known before. Without any, the connection provider
	// would look them up itself, and block.
	private CompletionStage<Void> looked(RedisClusterClient cluster) {
		CompletionStage<Void> look = cluster.refreshPartitionsAsync().thenAccept((done) -> this.nodesKnown = true);
		return this.nodesKnown ? look.toCompletableFuture()
			.completeOnTimeout(null, LONGEST_LOOK.toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((failure) -> null) : look;
	}

	/**
	 * The commands of a connection.
	 * @param connection what {@link #openCommanding()} opened
	 * @return commands that a single server and a cluster have in common
	 */
	static RedisClusterAsyncCommands<byte[], byte[]> commands(StatefulConnection<byte[], byte[]> connection) {
		return (connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) ? cluster.async()
				: ((StatefulRedisConnection<byte[], byte[]>) connection).async();
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

	private static RedisConfiguration server(LettuceConnectionFactory factory) {
		@Nullable RedisConfiguration[] candidates = { factory.getClusterConfiguration(), factory.getSentinelConfiguration(),
				factory.getSocketConfiguration() };
		for (RedisConfiguration candidate : candidates) {
			if (candidate != null) {
				return candidate;
			}
		}
		return factory.getStandaloneConfiguration();
	}

	private static LettuceClientConfiguration client(LettuceConnectionFactory factory) {
		LettuceClientConfiguration original = factory.getClientConfiguration();
		LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder();
		if (original.isUseSsl()) {
			builder.useSsl().verifyPeer(original.getVerifyMode());
			if (original.isStartTls()) {
				builder.useSsl().startTls();
			}
		}
		original.getClientResources().ifPresent(builder::clientResources);
		original.getClientName().ifPresent(builder::clientName);
		original.getRedisCredentialsProviderFactory().ifPresent(builder::redisCredentialsProviderFactory);
		return builder.clientOptions(options(original.getClientOptions(), factory.isClusterAware()))
			.commandTimeout(original.getCommandTimeout())
			.shutdownTimeout(original.getShutdownTimeout())
			.shutdownQuietPeriod(original.getShutdownQuietPeriod())
			.build();
	}

	private static ClientOptions options(Optional<ClientOptions> original, boolean cluster) {
		return original.orElseGet((cluster) ? ClusterClientOptions::create : ClientOptions::create)
			.mutate()
			.autoReconnect(false)
			.requestQueueSize(MAX_UNANSWERED)
			.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
			.build();
	}

	/**
	 * Makes the connection provider, which knows single servers, sentinels and clusters,
	 * accessible.
	 */
	private static final class DedicatedFactory extends LettuceConnectionFactory {

		DedicatedFactory(RedisConfiguration server, LettuceClientConfiguration client) {
			super(server, client);
		}

		LettuceConnectionProvider connectionProvider() {
			return doCreateConnectionProvider(getRequiredNativeClient(), ByteArrayCodec.INSTANCE);
		}

	}

}
