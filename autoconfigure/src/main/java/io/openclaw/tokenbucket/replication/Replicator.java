package io.openclaw.tokenbucket.replication;

import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * Keeps the local replicas in step with those of other members.
 */
public final class Replicator {

	public Replicator(BucketStore store, ReplicationTransport transport, ReplicationSettings settings, NanoClock clock,
			Timer timer, ReplicationListener listener) {
		throw new UnsupportedOperationException();
	}

	public void start() {
		throw new UnsupportedOperationException();
	}

	/** Completes once this member is counted, alone or with others. */
	public CompletionStage<Void> joined() {
		throw new UnsupportedOperationException();
	}

	/** Flushes, waits for acknowledgements at most the bound, and says goodbye. */
	public CompletionStage<Void> leave() {
		throw new UnsupportedOperationException();
	}

	public ReplicationStatus status() {
		throw new UnsupportedOperationException();
	}

}
