package io.openclaw.tokenbucket.persistence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.StateCodec;

/**
 * Some of the buckets that are not saved, as they are to be. Immutable.
 *
 * @param keys which they are
 * @param written entries by name, the limits always among them
 * @param deleted names of entries of buckets that are full or were dropped, since fresh
 * ones equal them
 */
public record SnapshotPage(List<BucketKey> keys, Map<String, byte[]> written, List<String> deleted) {

	public static SnapshotPage of(List<BucketKey> keys, BucketStore store, StateCodec codec, long now) {
		Map<String, byte[]> written = new HashMap<>();
		List<String> deleted = new ArrayList<>();
		written.put(EntryNames.LIMITS, codec.encode(store.limits().definitions().values(), store.limits().ages(now)));
		for (BucketKey key : keys) {
			Optional<BucketUpdate> bucket = store.replicas().snapshotUnlessFull(key, now);
			bucket.ifPresentOrElse((held) -> written.put(EntryNames.of(key), codec.encode(List.of(held))),
					() -> deleted.add(EntryNames.of(key)));
		}
		return new SnapshotPage(keys, written, deleted);
	}

}
