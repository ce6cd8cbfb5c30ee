package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;

/**
 * One life of a bus: a connection that is subscribed and one that publishes, from the
 * moment both stand until either is lost. Never reconnects. Thread-safe.
 */
final class RedisSession {

	// Replies that are not read within milliseconds mean trouble; what is sent meanwhile
	// must not fill the heap.
	static final int MAX_BYTES_IN_FLIGHT = 16 << 20;

	// A command and its future take about this much beside the message.
	private static final int COMMAND_BYTES = 512;

	private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(15);

	private static final Duration MAX_ECHO_DELAY = Duration.ofSeconds(5);

	private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

	private final AtomicLong bytesInFlight = new AtomicLong();

	// When the first message to all was published that has not come back; 0 if none.
	private final AtomicLong awaitingEchoSince = new AtomicLong();

	private final RedisConnectionStateListener onDisconnect = new RedisConnectionStateListener() {

		@Override
		public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
			close();
		}

	};

	// Guarded by itself, as is the flag.
	private final List<StatefulConnection<?, ?>> connections = new ArrayList<>();

	private boolean closed;

	private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;

	private RedisSession() {
	}

	/**
	 * Connects and subscribes. May block while the topology of a cluster is looked up.
	 * @param connections opens the connections
	 * @param channels what to subscribe to
	 * @param listener receives what arrives, on a thread of the connection
	 * @return completes with the session once it is subscribed and can publish
	 */
	static CompletionStage<RedisSession> open(DedicatedConnections connections, List<byte[]> channels,
			Consumer<byte[]> listener) {
		RedisSession session = new RedisSession();
		CompletableFuture<?> subscribed = connections.openSubscribing()
			.thenCompose((connection) -> session.subscribe(connection, channels, listener))
			.toCompletableFuture();
		CompletableFuture<?> commanding = connections.openCommanding()
			.thenAccept(session::command)
			.toCompletableFuture();
		return CompletableFuture.allOf(subscribed, commanding)
			.orTimeout(OPEN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
			.thenApply((ignored) -> session)
			.whenComplete((opened, failure) -> {
				if (failure != null) {
					session.close();
				}
			});
	}

	/**
	 * Publishes to all.
	 * @param channel the channel that this session itself is subscribed to
	 * @param message the message
	 * @return completes when Redis has it, exceptionally if it does not get it
	 */
	CompletionStage<Long> publishWithEcho(byte[] channel, byte[] message) {
		long now = System.nanoTime();
		long since = this.awaitingEchoSince.get();
		if (since == 0) {
			this.awaitingEchoSince.compareAndSet(0, now | 1);
		}
		else if (now - since > MAX_ECHO_DELAY.toNanos()) {
			// A connection that was cut without a word looks fine but for this.
			close();
		}
		return publish(channel, message);
	}

	/**
	 * Publishes.
	 * @param channel the channel
	 * @param message the message
	 * @return completes when Redis has it, exceptionally if it does not get it
	 */
	CompletionStage<Long> publish(byte[] channel, byte[] message) {
		long size = message.length + COMMAND_BYTES;
		if (this.bytesInFlight.addAndGet(size) > MAX_BYTES_IN_FLIGHT) {
			this.bytesInFlight.addAndGet(-size);
			return CompletableFuture.failedFuture(new IllegalStateException("too many messages are in flight"));
		}
		return run((redis) -> redis.publish(channel, message))
			.whenComplete((receivers, failure) -> this.bytesInFlight.addAndGet(-size));
	}

	/**
	 * Runs a command. A failure that means that this session is of no more use ends it.
	 * @param <T> the type of the reply
	 * @param command the command
	 * @return its reply
	 */
	<T> CompletionStage<T> run(Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command) {
		RedisClusterAsyncCommands<byte[], byte[]> redis = this.commands;
		if (redis == null) {
			return CompletableFuture.failedFuture(new IllegalStateException("not connected"));
		}
		try {
			return command.apply(redis).whenComplete((reply, failure) -> {
				if (failure != null && isFatal(failure)) {
					close();
				}
			});
		}
		catch (RuntimeException ex) {
			close();
			return CompletableFuture.failedFuture(ex);
		}
	}

	/**
	 * The end of this session.
	 * @return completes when a connection is lost or the session closed
	 */
	CompletionStage<@Nullable Void> ended() {
		return this.ended;
	}

	/**
	 * Closes the connections.
	 * @return completes when they are closed
	 */
	CompletableFuture<?> close() {
		List<StatefulConnection<?, ?>> open;
		synchronized (this.connections) {
			this.closed = true;
			open = List.copyOf(this.connections);
			this.connections.clear();
		}
		CompletableFuture<?>[] closing = open.stream()
			.map(StatefulConnection::closeAsync)
			.toArray(CompletableFuture<?>[]::new);
		this.ended.complete(null);
		return CompletableFuture.allOf(closing);
	}

	private CompletionStage<?> subscribe(StatefulRedisPubSubConnection<byte[], byte[]> connection,
			List<byte[]> channels, Consumer<byte[]> listener) {
		adopt(connection);
		connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(byte[] channel, byte[] message) {
				RedisSession.this.awaitingEchoSince.set(0);
				listener.accept(message);
			}

		});
		return CompletableFuture.allOf(channels.stream()
			.map((channel) -> connection.async().subscribe(channel).toCompletableFuture())
			.toArray(CompletableFuture<?>[]::new));
	}

	private void command(StatefulConnection<byte[], byte[]> connection) {
		adopt(connection);
		this.commands = DedicatedConnections.commands(connection);
	}

	private void adopt(StatefulConnection<byte[], byte[]> connection) {
		synchronized (this.connections) {
			if (!this.closed) {
				this.connections.add(connection);
				connection.addListener(this.onDisconnect);
				return;
			}
		}
		connection.closeAsync();
		throw new IllegalStateException("closed while connecting");
	}

	// A demoted server refuses writes, and will for good.
	private static boolean isFatal(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		return !(cause instanceof RedisCommandExecutionException) || cause instanceof RedisReadOnlyException;
	}

}
