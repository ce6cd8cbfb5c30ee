package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

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
final class ReplicatorLifecycle extends BoundedLifecycle {

	private static final Log logger = LogFactory.getLog(ReplicatorLifecycle.class);

	// Below both phases of Boot's web server, which are DEFAULT_PHASE - 1024 (graceful
	// shutdown) and DEFAULT_PHASE - 2048 (start and stop), and above that of connection
	// factories.
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

	// Three are waited for an answer, and a large state takes some to arrive.
	private static final int INTERVALS_TO_JOIN = 10;

	private static final Duration LONGEST_JOIN = Duration.ofSeconds(5);

	private final Replicator replicator;

	ReplicatorLifecycle(Replicator replicator, Duration syncInterval) {
		super(joinTimeout(syncInterval));
		this.replicator = replicator;
	}

	private static Duration joinTimeout(Duration syncInterval) {
		Duration intervals = syncInterval.multipliedBy(INTERVALS_TO_JOIN);
		return (intervals.compareTo(LONGEST_JOIN) < 0) ? intervals : LONGEST_JOIN;
	}

	@Override
	CompletionStage<?> begin() {
		this.replicator.start();
		return this.replicator.joined();
	}

	@Override
	void reportBegin(Exception failure) {
		logger.info("This gateway has not joined the fleet yet. Until then it spends only its part");
	}

	// A goodbye is for good, so a paused context goes on replicating.
	@Override
	CompletionStage<?> end() {
		return this.replicator.leave();
	}

	@Override
	void reportEnd(Throwable failure) {
		logger.warn("This gateway left the fleet without a goodbye", failure);
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
