package io.openclaw.tokenbucket.limiter.port;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The buckets that changed or were dropped since they were last saved. Empty until
 * somebody says that they are saved at all. Thread-safe.
 */
public final class UnsavedBuckets {

	private final Set<BucketKey> keys = ConcurrentHashMap.newKeySet();

	// Goes on from one call to the next: the set that held many has much room to walk.
	private Iterator<BucketKey> left = Collections.emptyIterator();

	private volatile boolean recording;

	public UnsavedBuckets() {
	}

	/**
	 * Begins to record.
	 */
	public void record() {
		this.recording = true;
	}

	/**
	 * Takes some of them off.
	 * @param most how many at most
	 * @return their keys, none if nothing has changed
	 */
	public synchronized List<BucketKey> take(int most) {
		if (!this.left.hasNext()) {
			this.left = this.keys.iterator();
		}
		List<BucketKey> taken = new ArrayList<>();
		while (taken.size() < most && this.left.hasNext()) {
			taken.add(this.left.next());
			this.left.remove();
		}
		return taken;
	}

	/**
	 * Puts back what could not be saved.
	 * @param failed keys of buckets
	 */
	public void addAll(Collection<BucketKey> failed) {
		failed.forEach(this::add);
	}

	/**
	 * Whether everything is saved.
	 * @return whether there is nothing to take
	 */
	public boolean isEmpty() {
		return this.keys.isEmpty();
	}

	public void add(BucketKey key) {
		if (this.recording) {
			this.keys.add(key);
		}
	}

}
