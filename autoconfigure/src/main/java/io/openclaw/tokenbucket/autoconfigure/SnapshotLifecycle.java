package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.NestedExceptionUtils;

import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.replication.Replicator;

/**
 * Reads what earlier processes saved before this one joins the fleet, and so before the
 * web server accepts requests: no probe finds the gateway ready before. Waits no longer
 * than the first attempt, and so long at most; what comes later is merged all the same.
 * Writes what is not saved after the fleet was left.
 */
final class SnapshotLifecycle extends BoundedLifecycle {

	private static final Log logger = LogFactory.getLog(SnapshotLifecycle.class);

	private static final Duration LONGEST_LOAD = Duration.ofSeconds(20);

	private final SnapshotKeeper keeper;

	private final Replicator replicator;

	private final ScheduledTimer timer;

	private final int replicationFactor;

	SnapshotLifecycle(SnapshotKeeper keeper, Replicator replicator, ScheduledTimer timer, int replicationFactor) {
		super(LONGEST_LOAD);
		this.keeper = keeper;
		this.replicator = replicator;
		this.timer = timer;
		this.replicationFactor = replicationFactor;
	}

	@Override
	CompletionStage<?> begin() {
		this.replicator.founded().thenAccept(this.keeper::joined);
		return this.keeper.start(this.replicationFactor);
	}

	@Override
	void reportBegin(Exception failure) {
		logger.warn("This gateway could not read the saved buckets yet (%s). It starts without them, "
			.formatted(NestedExceptionUtils.getMostSpecificCause(failure)) + "and merges them later");
	}

	@Override
	CompletionStage<?> end() {
		return this.keeper.stop().whenComplete((saved, failure) -> this.timer.close());
	}

	@Override
	void reportEnd(Throwable failure) {
		logger.warn("This gateway could not save all buckets", failure);
	}

	// Starts before the replicator and stops after it.
	@Override
	public int getPhase() {
		return ReplicatorLifecycle.PHASE - 1;
	}

}
