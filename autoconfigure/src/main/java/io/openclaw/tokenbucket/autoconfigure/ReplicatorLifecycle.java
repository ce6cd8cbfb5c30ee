package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.SmartLifecycle;

import io.openclaw.tokenbucket.replication.Replicator;

/**
 * Joins the fleet before the web server accepts requests, and leaves it after the web
 * server has answered its last. Waits until the others count this member, or there are
 * none, since until then it would reject what the fleet has tokens for; but not long,
 * since there may be nobody to reach.
 */
final class ReplicatorLifecycle implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ReplicatorLifecycle.class);

	// Below both phases of Boot's web server, which are DEFAULT_PHASE - 1024 (graceful
	// shutdown) and DEFAULT_PHASE - 2048 (start and stop), and above that of connection
	// factories.
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

	// Three are waited for an answer, and a large state takes some to arrive.
	private static final int INTERVALS_TO_JOIN = 10;

	private static final Duration LONGEST_JOIN = Duration.ofSeconds(5);

	// Leaving has a bound of its own; this is for a timer that does not run any more.
	private static final Duration LONGEST_LEAVE = Duration.ofSeconds(5);

	private final Replicator replicator;

	private final Duration joinTimeout;

	private volatile boolean running;

	ReplicatorLifecycle(Replicator replicator, Duration syncInterval) {
		this.replicator = replicator;
		Duration intervals = syncInterval.multipliedBy(INTERVALS_TO_JOIN);
		this.joinTimeout = (intervals.compareTo(LONGEST_JOIN) < 0) ? intervals : LONGEST_JOIN;
	}

	@Override
	public void start() {
		this.running = true;
		this.replicator.start();
		try {
			this.replicator.joined().toCompletableFuture().get(this.joinTimeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.info("This gateway has not joined the fleet yet. Until then it spends only its part");
		}
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.replicator.leave()
			.toCompletableFuture()
			.orTimeout(LONGEST_LEAVE.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((left, failure) -> {
				if (failure != null) {
					logger.warn("This gateway left the fleet without a goodbye", failure);
				}
				callback.run();
			});
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	// A goodbye is for good: a paused context goes on replicating.
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
