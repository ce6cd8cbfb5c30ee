package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.redis.SnapshotScripts.Page;
import io.openclaw.tokenbucket.redis.SnapshotScripts.Saved;

/**
 * The buckets in one Redis. Connects when it is used, and again after a failure. It is
 * read before it is written, and knows whether it still has what was written. Calls
 * follow each other, on any thread; none blocks.
 */
final class SnapshotServer implements AutoCloseable {

	private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

	private static final int PAGE = 1000;

	private final DedicatedConnections connections;

	private final byte[] key;

	private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));

	private volatile long restUntil = System.nanoTime();

	private @Nullable StatefulConnection<byte[], byte[]> connection;

	private volatile boolean loaded;

	// Writes failed since the last that did not.
	private volatile boolean behind;

	private volatile long generation;

	private volatile long bytes;

	SnapshotServer(DedicatedConnections connections, RedisNamespace namespace) {
		this.connections = connections;
		this.key = namespace.snapshot();
	}

	boolean isLoaded() {
		return this.loaded;
	}

	long bytes() {
		return this.bytes;
	}

	/**
	 * Reads all entries, unless that was done before.
	 * @return completes when they have been received
	 */
	CompletableFuture<?> load(Consumer<Collection<SnapshotStore.Entry>> receiver) {
		if (this.loaded) {
			return CompletableFuture.completedFuture(null);
		}
		CompletableFuture<Void> done = new CompletableFuture<>();
		load("0", receiver, done);
		return done;
	}

	/**
	 * Writes, if it was read before.
	 * @return completes with whether all that was written before is still there
	 */
	CompletableFuture<Boolean> save(Map<String, byte[]> written, Collection<String> deleted, Duration timeToLive) {
		if (!this.loaded) {
			this.behind = true;
			return CompletableFuture.failedFuture(new IllegalStateException("not read yet"));
		}
		return answer((redis) -> SnapshotScripts.save(redis, this.key, written, deleted, timeToLive))
			.whenComplete((saved, failure) -> this.behind |= failure != null)
			.thenApply(this::isComplete);
	}

	@Override
	public void close() {
		this.connections.close();
	}

	// A loop of replies, and not of futures within each other: there may be thousands.
	private void load(String cursor, Consumer<Collection<SnapshotStore.Entry>> receiver, CompletableFuture<Void> done) {
		answer((redis) -> SnapshotScripts.load(redis, this.key, cursor, PAGE)).whenComplete((page, failure) -> {
			if (failure != null) {
				done.completeExceptionally(failure);
				return;
			}
			try {
				receive(page, receiver, done);
			}
			catch (RuntimeException ex) {
				done.completeExceptionally(ex);
			}
		});
	}

	private void receive(Page page, Consumer<Collection<SnapshotStore.Entry>> receiver, CompletableFuture<Void> done) {
		receiver.accept(page.entries());
		this.generation = page.generation();
		if ("0".equals(page.cursor())) {
			this.loaded = true;
			done.complete(null);
		}
		else {
			load(page.cursor(), receiver, done);
		}
	}

	private boolean isComplete(Saved saved) {
		boolean complete = saved.generation() > this.generation && !this.behind;
		this.generation = saved.generation();
		this.bytes = saved.bytes();
		this.behind = false;
		return complete;
	}

	private <T> CompletableFuture<T> answer(
			Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command) {
		// Others are not kept waiting for one that is silent again and again.
		if (System.nanoTime() - this.restUntil < 0) {
			return CompletableFuture.failedFuture(new IllegalStateException("did not answer lately"));
		}
		return connected().thenCompose(command)
			.orTimeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((reply, failure) -> {
				if (failure != null) {
					this.restUntil = System.nanoTime() + this.backoff.next().toNanos();
					disconnect();
				}
				else {
					this.backoff.reset();
				}
			});
	}

	private synchronized CompletableFuture<RedisClusterAsyncCommands<byte[], byte[]>> connected() {
		if (this.connection != null && this.connection.isOpen()) {
			return CompletableFuture.completedFuture(DedicatedConnections.commands(this.connection));
		}
		// On another thread, as looking up the topology of a cluster may block.
		return CompletableFuture.supplyAsync(this.connections::openCommanding)
			.thenCompose(Function.identity())
			.thenApply(this::adopt);
	}

	private RedisClusterAsyncCommands<byte[], byte[]> adopt(StatefulConnection<byte[], byte[]> opened) {
		disconnect();
		synchronized (this) {
			this.connection = opened;
		}
		return DedicatedConnections.commands(opened);
	}

	private synchronized void disconnect() {
		if (this.connection != null && this.connection.isOpen()) {
			this.connection.closeAsync();
		}
		this.connection = null;
	}

}
