package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * One simulated process: its buckets, its limiter and its replication. What it had in
 * mind when it ended does not happen.
 */
final class SimulatedMember implements Timer {

	private final BucketStore store;

	private final Timer timer;

	private final ReplicationTransport transport;

	private final LimitControl control;

	private final TokenBucketLimiter limiter;

	private final Replicator replicator;

	private boolean ended;

	/**
	 * Makes a process that has not started yet.
	 * @param store its buckets
	 * @param settings of its replication
	 * @param transport what it hears and says
	 * @param clock its clock
	 * @param timer runs its tasks while it lives
	 * @param listener is told what its replication does
	 */
	SimulatedMember(BucketStore store, ReplicationSettings settings, ReplicationTransport transport, NanoClock clock,
			Timer timer, ReplicationListener listener) {
		this.store = store;
		this.timer = timer;
		this.transport = transport;
		this.control = new LimitControl(store, clock);
		this.limiter = new TokenBucketLimiter(store, clock, this, null);
		this.replicator = new Replicator(store, transport, settings, clock, this, listener);
	}

	BucketStore store() {
		return this.store;
	}

	LimitControl control() {
		return this.control;
	}

	TokenBucketLimiter limiter() {
		return this.limiter;
	}

	void start() {
		this.replicator.start();
	}

	boolean hasEnded() {
		return this.ended;
	}

	/**
	 * Ends the process without a goodbye.
	 */
	void kill() {
		this.ended = true;
		this.transport.close();
	}

	/**
	 * Says goodbye, as a gateway does that is stopped.
	 * @return completes when that is done; the process goes on until it is killed
	 */
	CompletionStage<Void> leave() {
		return this.replicator.leave();
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		this.timer.schedule(delay, () -> {
			if (!this.ended) {
				task.run();
			}
		});
	}

}
