package io.openclaw.tokenbucket.persistence;

import io.openclaw.tokenbucket.limiter.port.BucketKey;

/**
 * The names of the entries of a {@link SnapshotStore}.
 */
public final class EntryNames {

	/** The entry that holds limits and their ages. No bucket has this name. */
	public static final String LIMITS = "#limits";

	private EntryNames() {
	}

	/**
	 * The name of the entry of a bucket. The length of the limit's name makes it unique,
	 * whatever that name and the key contain.
	 */
	public static String of(BucketKey key) {
		String limit = key.limit().length() + ":" + key.limit();
		return key.overflow() ? limit : limit + ':' + key.key();
	}

}
