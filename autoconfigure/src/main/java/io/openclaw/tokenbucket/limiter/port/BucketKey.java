package io.openclaw.tokenbucket.limiter.port;

/**
 * Names a bucket among all buckets of a fleet. Immutable.
 *
 * @param limit the name of the limit
 * @param key whose bucket it is
 * @param overflow whether it is the one bucket that keys beyond the bound share; its key
 * is empty
 */
public record BucketKey(String limit, String key, boolean overflow) {

	public static BucketKey of(String limit, String key) {
		return new BucketKey(limit, key, false);
	}

	public static BucketKey overflow(String limit) {
		return new BucketKey(limit, "", true);
	}

	// Quicker than a record's own: each bucket of each message is found by it.
	@Override
	public int hashCode() {
		return 31 * this.limit.hashCode() + this.key.hashCode();
	}

}
