package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.replication.delivery.Outbox;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;

/**
 * Computes a digest to compare with others, while nothing changes. The pause matters: a
 * recent batch of a third member may have reached only one of two. Mutable, confined to
 * the replicating thread.
 */
public final class Digests {

	// All that are quiet sum up again and again, as buckets fill up.
	private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Outbox outbox;

	private final DigestWalk walk;

	private long lastChangeAt;

	private boolean settled;

	private long nextWalkAt;

	public Digests(BucketStore store, Supplier<ReplicationSettings> settings, Outbox outbox, long now) {
		this.store = store;
		this.settings = settings;
		this.outbox = outbox;
		this.walk = new DigestWalk(store);
		this.lastChangeAt = now;
	}

	/**
	 * Something was published or merged.
	 */
	public void onChange(long now) {
		this.lastChangeAt = now;
	}

	/**
	 * Continues the sum, for about a millisecond. Once it was known, it pauses before it
	 * begins again: it does so as well if the sum is then another, or others would still
	 * have the one before when this member knows the next.
	 * @return whether buckets are left
	 */
	public boolean sumUp(long now) {
		if (!isQuiet(now)) {
			this.walk.startOver();
			this.settled = false;
			return false;
		}
		if (this.settled && now - this.nextWalkAt < 0) {
			return false;
		}
		boolean left = this.walk.step(now);
		if (!left) {
			this.settled |= this.walk.known() != null;
			this.nextWalkAt = now + PAUSE_NANOS;
		}
		return left;
	}

	/**
	 * The digest to compare with others; {@code null} if it is not known, or would differ
	 * anyway.
	 */
	public @Nullable Long digest(long now) {
		return isQuiet(now) ? this.walk.known() : null;
	}

	private boolean isQuiet(long now) {
		return now - this.lastChangeAt > 2 * this.settings.get().syncInterval().toNanos()
				&& !this.store.replicas().hasDirty() && this.outbox.isAcknowledged();
	}

}
