package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.SmartLifecycle;

import io.openclaw.tokenbucket.replication.Replicator;

/**
 * Joins the fleet before the web server accepts requests, and leaves it after the web
 * server has answered its last.
 */
final class ReplicatorLifecycle implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(ReplicatorLifecycle.class);

	// Below both phases of Boot's web server, which are DEFAULT_PHASE - 1024 (graceful
	// shutdown) and DEFAULT_PHASE - 2048 (start and stop), and above that of connection
	// factories.
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

	// Leaving has a bound of its own; this is for a timer that does not run any more.
	private static final Duration LONGEST_LEAVE = Duration.ofSeconds(5);

	private final Replicator replicator;

	private volatile boolean running;

	ReplicatorLifecycle(Replicator replicator) {
		this.replicator = replicator;
	}

	@Override
	public void start() {
		this.running = true;
		this.replicator.start();
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.replicator.leave()
			.toCompletableFuture()
			.orTimeout(LONGEST_LEAVE.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((left, failure) -> {
				if (failure != null) {
					logger.warn("The fleet was left without a goodbye", failure);
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
