package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;

import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.replication.Replicator;

/**
 * Reads what earlier processes saved before this one joins the fleet, and so before the
 * web server accepts requests: no probe finds the gateway ready before. Waits no longer
 * than the first attempt, and so long at most; what comes later is merged all the same.
 * Writes what is not saved after the fleet was left.
 */
final class SnapshotLifecycle implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(SnapshotLifecycle.class);

	private static final Duration LONGEST_LOAD = Duration.ofSeconds(20);

	private static final Duration LONGEST_SAVE = Duration.ofSeconds(5);

	private final SnapshotKeeper keeper;

	private final Replicator replicator;

	private final ScheduledTimer timer;

	private final int replicationFactor;

	private volatile boolean running;

	SnapshotLifecycle(SnapshotKeeper keeper, Replicator replicator, ScheduledTimer timer, int replicationFactor) {
		this.keeper = keeper;
		this.replicator = replicator;
		this.timer = timer;
		this.replicationFactor = replicationFactor;
	}

	@Override
	public void start() {
		this.running = true;
		this.replicator.founded().thenAccept(this.keeper::joined);
		try {
			this.keeper.start(this.replicationFactor)
				.toCompletableFuture()
				.get(LONGEST_LOAD.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("This gateway could not read the saved buckets yet (%s). It starts without them, "
				.formatted(NestedExceptionUtils.getMostSpecificCause(ex)) + "and merges them later");
		}
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.keeper.stop()
			.toCompletableFuture()
			.orTimeout(LONGEST_SAVE.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((saved, failure) -> {
				if (failure != null) {
					logger.warn("This gateway could not save all buckets", failure);
				}
				this.timer.close();
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

	@Override
	public boolean isPauseable() {
		return false;
	}

	// Starts before the replicator and stops after it.
	@Override
	public int getPhase() {
		return ReplicatorLifecycle.PHASE - 1;
	}

}
