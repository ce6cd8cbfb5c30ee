package io.openclaw.tokenbucket.replication.gossip;

import java.util.Collections;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * Sums the digests of all buckets in steps, so that a million buckets do not hold up
 * other work of the thread. The sum is known once two walks agree. While buckets fill up,
 * sums taken at different moments differ although no news is missing. Mutable, confined
 * to the replicating thread.
 */
public final class DigestWalk {

	public static final int STEP = 2_000;

	private final BucketStore store;

	private Iterator<BucketKey> left = Collections.emptyIterator();

	private long sum;

	private @Nullable Long last;

	private @Nullable Long known;

	public DigestWalk(BucketStore store) {
		this.store = store;
	}

	/**
	 * The digest; {@code null} as long as it is not known.
	 */
	public @Nullable Long known() {
		return this.known;
	}

	/**
	 * Something changed, so the sum so far is void.
	 */
	public void startOver() {
		this.left = Collections.emptyIterator();
		this.sum = 0;
		this.last = null;
		this.known = null;
	}

	/**
	 * Adds some more buckets.
	 * @return whether some are left
	 */
	public boolean step(long now) {
		if (!this.left.hasNext()) {
			this.left = this.store.replicas().keys();
		}
		for (int i = 0; i < STEP && this.left.hasNext(); i++) {
			BucketKey key = this.left.next();
			this.sum += StateDigest.of(key, (each) -> this.store.replicas().consumedBelowFull(key, now, each));
		}
		if (this.left.hasNext()) {
			return true;
		}
		this.known = (this.last != null && this.last == this.sum) ? this.last : null;
		this.last = this.sum;
		this.sum = 0;
		return false;
	}

}
