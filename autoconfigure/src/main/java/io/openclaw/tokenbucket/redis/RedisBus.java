package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.lettuce.core.SetArgs;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.BusStatus;

/**
 * One Redis that carries messages: keeps a {@link RedisSession} open, opening the next
 * with back-off when one ends. Without a session everything is dropped at once, so that
 * nothing stale is kept for later. Thread-safe; never blocks the caller but in
 * {@link #close()}.
 */
final class RedisBus implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisBus.class);

	private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration STABLE = Duration.ofSeconds(5);

	private static final byte[] PRESENT = { '1' };

	private final String name;

	private final DedicatedConnections connections;

	private final RedisNamespace namespace;

	private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));

	private final LongAdder failedPublishes = new LongAdder();

	private volatile boolean everConnected;

	// Opening a session may block, so it has a thread that nobody else waits for.
	private final ScheduledExecutorService opener;

	private volatile @Nullable RedisSession session;

	private volatile boolean outageLogged;

	private volatile boolean unstable;

	private volatile boolean closed;

	RedisBus(String name, DedicatedConnections connections, RedisNamespace namespace) {
		this.name = name;
		this.connections = connections;
		this.namespace = namespace;
		this.opener = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, "openclaw-redis-" + name);
			thread.setDaemon(true);
			return thread;
		});
	}

	/**
	 * Subscribes, and again whenever the subscription is lost.
	 * @param self this member
	 * @param listener receives messages to all and to this member
	 */
	void start(MemberId self, Consumer<byte[]> listener) {
		List<byte[]> channels = List.of(this.namespace.all(), this.namespace.inbox(self));
		openAfter(Duration.ZERO, () -> RedisSession.open(this.connections, channels, listener));
	}

	void publish(byte[] message) {
		countFailure(inSession((open) -> open.publishWithEcho(this.namespace.all(), message)));
	}

	void send(MemberId recipient, byte[] message) {
		countFailure(inSession((open) -> open.publish(this.namespace.inbox(recipient), message)));
	}

	void renewPresence(MemberId member, Duration timeToLive) {
		SetArgs expiring = SetArgs.Builder.px(timeToLive.toMillis());
		inSession((open) -> open.run((redis) -> redis.set(this.namespace.presence(member), PRESENT, expiring)));
	}

	void removePresence(MemberId member) {
		inSession((open) -> open.run((redis) -> redis.del(this.namespace.presence(member))));
	}

	/**
	 * Which members show a sign of life here.
	 * @param members whom to look for
	 * @return completes with those present, exceptionally if this Redis does not answer
	 * in time
	 */
	CompletableFuture<Set<MemberId>> findPresent(Set<MemberId> members) {
		List<MemberId> asked = List.copyOf(members);
		// One key more than members, since there may be none and MGET needs one.
		byte[][] keys = Stream.concat(asked.stream().map(this.namespace::presence), Stream.of(this.namespace.all()))
			.toArray(byte[][]::new);
		return inSession((open) -> open.run((redis) -> redis.mget(keys))).thenApply((values) -> {
			Set<MemberId> present = new HashSet<>();
			for (int i = 0; i < asked.size(); i++) {
				if (values.get(i).hasValue()) {
					present.add(asked.get(i));
				}
			}
			return present;
		}).toCompletableFuture().orTimeout(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	BusStatus status() {
		return new BusStatus(this.name, this.session != null, this.failedPublishes.sum());
	}

	@Override
	public void close() {
		this.closed = true;
		this.opener.shutdownNow();
		RedisSession open = this.session;
		if (open != null) {
			awaitClosed(open.close());
		}
		this.connections.close();
	}

	private static void awaitClosed(CompletableFuture<?> closing) {
		try {
			closing.get(CLOSE_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// What is still open is closed with the client.
		}
	}

	private void openAfter(Duration delay, Supplier<CompletionStage<RedisSession>> opening) {
		after(delay, () -> open(opening));
	}

	private void after(Duration delay, Runnable task) {
		try {
			this.opener.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// The bus was closed.
		}
	}

	private void open(Supplier<CompletionStage<RedisSession>> opening) {
		CompletionStage<RedisSession> opened;
		try {
			opened = opening.get();
		}
		catch (RuntimeException ex) {
			opened = CompletableFuture.failedStage(ex);
		}
		opened.whenComplete((open, failure) -> {
			if (failure == null) {
				adopt(open, opening);
			}
			else {
				logOutage("cannot be reached", failure);
				openAfter(this.backoff.next(), opening);
			}
		});
	}

	private void adopt(RedisSession open, Supplier<CompletionStage<RedisSession>> opening) {
		this.session = open;
		this.everConnected = true;
		if (!this.unstable) {
			logSubscribed();
		}
		after(STABLE, () -> {
			if (this.session == open) {
				settleDown();
			}
		});
		if (this.closed) {
			open.close();
		}
		open.ended().thenRun(() -> {
			this.session = null;
			logOutage("was lost", null);
			openAfter(this.backoff.next(), opening);
		});
	}

	// One that comes and goes is neither tried nor spoken of more and more.
	private void settleDown() {
		this.backoff.reset();
		this.outageLogged = false;
		if (this.unstable) {
			this.unstable = false;
			logSubscribed();
		}
	}

	private <T> CompletionStage<T> inSession(Function<RedisSession, CompletionStage<T>> action) {
		RedisSession open = this.session;
		return (open != null) ? action.apply(open) : CompletableFuture
			.failedStage(new IllegalStateException("Redis '" + this.name + "' is not connected"));
	}

	// What is sent before the first connection is up fails at every healthy start.
	private void countFailure(CompletionStage<?> published) {
		published.whenComplete((receivers, failure) -> {
			if (failure != null && this.everConnected) {
				this.failedPublishes.increment();
			}
		});
	}

	private void logSubscribed() {
		logger.info("Subscribed to token bucket replication through Redis '" + this.name + "'");
	}

	private void logOutage(String what, @Nullable Throwable cause) {
		if (this.closed || this.outageLogged) {
			return;
		}
		this.outageLogged = true;
		this.unstable = true;
		logger.warn("Redis '" + this.name + "' " + what
				+ ((cause != null) ? " (" + NestedExceptionUtils.getMostSpecificCause(cause) + ")" : "")
				+ "; it carries no messages of token buckets until it is back");
	}

}
