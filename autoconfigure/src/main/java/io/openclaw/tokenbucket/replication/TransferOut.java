package io.openclaw.tokenbucket.replication;

import java.time.Duration;

/**
 * All buckets on their way to a peer. Mutable, confined to the replicating thread.
 */
final class TransferOut {

	private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

	private long id;

	private long progressedAt;

	private boolean complete;

	boolean isComplete() {
		return this.complete;
	}

	/**
	 * Whether to send everything, again if the last time did not arrive.
	 */
	boolean isDue(long now) {
		return !this.complete && (this.id == 0 || now - this.progressedAt > PATIENCE_NANOS);
	}

	/**
	 * Whether one is on its way that may still arrive.
	 */
	boolean isUnderWay(long now) {
		return this.id != 0 && !this.complete && now - this.progressedAt <= PATIENCE_NANOS;
	}

	void start(long newId, long now) {
		this.id = newId;
		this.complete = false;
		progress(now);
	}

	void progress(long now) {
		this.progressedAt = now;
	}

	void completed(long completedId) {
		this.complete |= this.id != 0 && completedId == this.id;
	}

}
