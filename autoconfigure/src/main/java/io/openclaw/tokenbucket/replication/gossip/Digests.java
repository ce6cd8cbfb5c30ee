package io.openclaw.tokenbucket.replication.gossip;

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

	private final BucketStore store;

	private final Supplier<ReplicationSettings> settings;

	private final Outbox outbox;

	private final DigestWalk walk;

	private long lastChangeAt;

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
	 * Continues the sum, for about a millisecond.
	 * @return whether buckets are left
	 */
	public boolean sumUp(long now) {
		if (isQuiet(now)) {
			return this.walk.step(now);
		}
		this.walk.startOver();
		return false;
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
