package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.openclaw.tokenbucket.persistence.SnapshotStore;

/**
 * Keeps buckets in a hash in each of one or more independent Redis. It is read from all
 * that answer, and written to all that were read. Opens connections of its own to where
 * the given connection factories point. Nothing but {@link #close()} waits.
 */
public final class RedisSnapshotStore implements SnapshotStore {

	private static final Log logger = LogFactory.getLog(RedisSnapshotStore.class);

	private final List<SnapshotServer> servers;

	private volatile Consumer<Collection<Entry>> receiver = (page) -> {
	};

	private volatile @Nullable CompletableFuture<?> lateLoad;

	private volatile boolean failing;

	/**
	 * Creates a store. Nothing is connected yet.
	 * @param factories point to the Redis; each a {@code LettuceConnectionFactory}
	 * @param namespace prefixes the key of the hash, not empty
	 * @throws IllegalArgumentException if there is no factory, one is not Lettuce's, or
	 * the namespace is empty
	 */
	public RedisSnapshotStore(Collection<? extends RedisConnectionFactory> factories, String namespace) {
		if (factories.isEmpty()) {
			throw new IllegalArgumentException("factories must not be empty");
		}
		RedisNamespace names = new RedisNamespace(namespace);
		this.servers = factories.stream()
			.map((factory) -> new SnapshotServer(DedicatedConnections.like(factory), names))
			.toList();
	}

	/**
	 * Reads from all servers that were not read yet.
	 * @return completes once more than half of all servers have been read and none is
	 * waited for any longer; exceptionally if too few answer
	 */
	@Override
	public CompletionStage<Void> load(Consumer<Collection<Entry>> pages) {
		this.receiver = pages;
		return settled(this.servers.stream().map((server) -> server.load(pages)).toList()).thenAccept((ignored) -> {
			long read = this.servers.stream().filter(SnapshotServer::isLoaded).count();
			if (read * 2 <= this.servers.size()) {
				throw new IllegalStateException(read + " of " + this.servers.size() + " Redis could be read");
			}
		});
	}

	/**
	 * Writes to all servers that have been read.
	 * @return completes with whether all that could be written have what was written
	 * before; exceptionally if none could
	 */
	@Override
	public CompletionStage<Boolean> save(Map<String, byte[]> written, Collection<String> deleted, Duration timeToLive) {
		loadLate();
		List<CompletableFuture<Boolean>> answers = this.servers.stream()
			.map((server) -> server.save(written, deleted, timeToLive))
			.toList();
		return settled(answers).thenApply((ignored) -> {
			List<CompletableFuture<Boolean>> saved = answers.stream()
				.filter((answer) -> !answer.isCompletedExceptionally())
				.toList();
			logChange(saved.isEmpty());
			if (saved.isEmpty()) {
				throw new IllegalStateException("no Redis could be written");
			}
			return saved.stream().allMatch((answer) -> answer.getNow(false));
		});
	}

	@Override
	public long bytes() {
		return this.servers.stream().mapToLong(SnapshotServer::bytes).max().orElse(0);
	}

	@Override
	public void close() {
		this.servers.forEach(SnapshotServer::close);
	}

	// One that was not there at the start is read when it comes, and written from then
	// on.
	private void loadLate() {
		CompletableFuture<?> running = this.lateLoad;
		if ((running == null || running.isDone()) && !this.servers.stream().allMatch(SnapshotServer::isLoaded)) {
			this.lateLoad = settled(this.servers.stream().map((server) -> server.load(this.receiver)).toList());
		}
	}

	private void logChange(boolean failed) {
		if (failed != this.failing) {
			this.failing = failed;
			if (failed) {
				logger.warn("This gateway cannot save buckets to any Redis. They exist only in the memory of gateways");
			}
			else {
				logger.info("This gateway saves buckets to Redis again");
			}
		}
	}

	private static CompletableFuture<?> settled(List<? extends CompletableFuture<?>> all) {
		return CompletableFuture
			.allOf(all.stream().map((one) -> one.handle((done, failure) -> null)).toArray(CompletableFuture<?>[]::new));
	}

}
