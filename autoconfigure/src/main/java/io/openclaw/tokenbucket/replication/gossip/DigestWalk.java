package io.openclaw.tokenbucket.replication.gossip;

import java.util.Collections;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * Sums the digests of all buckets, so many at each step that a million of them do not
 * hold up what the thread has to do besides. The sum is known once two walks agree: while
 * buckets fill up one after the other, members that look at different moments differ
 * without lacking anything. Mutable, confined to the replicating thread.
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
	 * Something changed, so that what was seen is worth nothing.
	 */
	public void startOver() {
		this.left = Collections.emptyIterator();
		this.sum = 0;
		this.last = null;
		this.known = null;
	}

	/**
	 * Looks at some more buckets.
	 * @return whether some are left
	 */
	public boolean step(long now) {
		if (!this.left.hasNext()) {
			this.left = this.store.keys();
		}
		for (int i = 0; i < STEP && this.left.hasNext(); i++) {
			BucketKey key = this.left.next();
			GCounter<Birth> consumed = this.store.consumedBelowFull(key, now);
			this.sum += (consumed != null) ? StateDigest.of(key, consumed) : 0;
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
