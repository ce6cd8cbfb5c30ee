package io.openclaw.tokenbucket.replication.wire;

import java.util.Collection;

import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;

/**
 * The number of buckets that fit into one message. Nobody would read one that is too
 * large, and keys may be as long as clients please. Sizes are upper bounds in bytes.
 */
public final class MessageSize {

	public static final int MAX_BUCKETS = 500;

	// The rest is for the names of members, and for one bucket more than that.
	private static final int FULL = MessageCodec.MAX_BYTES / 2;

	// Besides, buckets grow until they are sent again.
	private static final int MAX = FULL + FULL / 2;

	// Two variable-length integers of ten bytes, and a place in the table of members.
	private static final int ENTRY = 23;

	private static final int CHARACTER = 3;

	private static final int OVERHEAD = 41;

	private MessageSize() {
	}

	public static int of(BucketUpdate bucket) {
		return of(bucket.key(), bucket.state().size());
	}

	public static int of(BucketKey key, int entries) {
		return of(key) + ENTRY * entries;
	}

	private static int of(BucketKey key) {
		return OVERHEAD + CHARACTER * (key.limit().length() + key.key().length());
	}

	/**
	 * Whether to begin another message.
	 * @param buckets how many buckets the message carries
	 * @param bytes their size
	 */
	public static boolean isFull(int buckets, long bytes) {
		return buckets >= MAX_BUCKETS || bytes >= FULL;
	}

	/**
	 * Whether buckets may go with one message.
	 * @param sizes of the buckets
	 */
	public static boolean fit(Collection<Integer> sizes) {
		return sizes.size() <= MAX_BUCKETS && sizes.stream().mapToLong(Integer::longValue).sum() <= MAX;
	}

}
