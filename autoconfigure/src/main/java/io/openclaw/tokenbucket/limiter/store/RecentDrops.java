package io.openclaw.tokenbucket.limiter.store;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The buckets that were dropped last, since they were full: so that a caller who spends
 * little can be told from one who was never there. Thread-safe.
 */
public final class RecentDrops {

	private static final int MAX_REMEMBERED = 10_000;

	// Oldest first.
	private final Map<BucketKey, Long> droppedAt = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<BucketKey, Long> eldest) {
			return size() > MAX_REMEMBERED;
		}

	};

	/**
	 * A bucket was dropped.
	 * @param key which
	 * @param now the current time in nanoseconds
	 */
	public synchronized void add(BucketKey key, long now) {
		this.droppedAt.remove(key);
		this.droppedAt.put(key, now);
	}

	/**
	 * When a bucket was dropped last.
	 * @param key which
	 * @return nanoseconds; empty if it never was, or too many others were since
	 */
	public synchronized OptionalLong lastDropOf(BucketKey key) {
		Long at = this.droppedAt.get(key);
		return (at != null) ? OptionalLong.of(at) : OptionalLong.empty();
	}

}
