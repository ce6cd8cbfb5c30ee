package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.Standing;

/**
 * Provides the status of replication, also without any. Thread-safe; does not block or do
 * I/O.
 */
@FunctionalInterface
public interface ReplicationStatusSource {

	/**
	 * The status now.
	 * @return the status
	 */
	ReplicationStatus current();

	/**
	 * The status of a member that exchanges state with others.
	 * @param replicator the replicator
	 * @return a source that asks the replicator
	 */
	static ReplicationStatusSource of(Replicator replicator) {
		return replicator::status;
	}

	/**
	 * The status of a process that limits by itself: a fleet of one, without a bus.
	 * @param limiter the limiter of this process
	 * @param region its region; {@code null} if not configured
	 * @return a source that asks the limiter for its state
	 */
	static ReplicationStatusSource local(TokenBucketLimiter limiter, @Nullable String region) {
		return () -> new ReplicationStatus(limiter.self(), region, Standing.MEMBER, limiter.state(), 1, List.of(),
				List.of(), Duration.ZERO, 0, 0, 0);
	}

}
