package io.openclaw.tokenbucket.replication.delivery;

import java.time.Duration;
import java.util.List;

import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * All buckets on their way to a peer. Until it is complete the same parts are sent again
 * under the same number, so that what arrived once counts. Mutable, confined to the
 * replicating thread.
 */
public final class TransferOut {

	private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

	private long id;

	private long upTo;

	private List<List<BucketKey>> parts = List.of();

	private long progressedAt;

	private boolean complete;

	public long id() {
		return this.id;
	}

	/**
	 * The last batch that is contained.
	 */
	public long upTo() {
		return this.upTo;
	}

	public List<List<BucketKey>> parts() {
		return this.parts;
	}

	public boolean isComplete() {
		return this.complete;
	}

	/**
	 * Whether there is one that has not arrived whole.
	 */
	public boolean isUnfinished() {
		return this.id != 0 && !this.complete;
	}

	/**
	 * Whether to send everything, again if the last time did not arrive.
	 */
	public boolean isDue(long now) {
		return !this.complete && !isUnderWay(now);
	}

	/**
	 * Whether one is on its way that may still arrive.
	 */
	public boolean isUnderWay(long now) {
		return isUnfinished() && now - this.progressedAt <= PATIENCE_NANOS;
	}

	public void start(long newId, long newUpTo, List<List<BucketKey>> newParts, long now) {
		this.id = newId;
		this.upTo = newUpTo;
		this.parts = newParts;
		this.complete = false;
		progress(now);
	}

	/**
	 * What was sent is not everything any more.
	 */
	public void startOver() {
		this.id = 0;
		this.parts = List.of();
		this.complete = false;
	}

	public void progress(long now) {
		this.progressedAt = now;
	}

	public void completed(long completedId) {
		if (this.id != 0 && completedId == this.id) {
			this.complete = true;
			this.parts = List.of();
		}
	}

}
