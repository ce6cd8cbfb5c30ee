package io.openclaw.tokenbucket.replication;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.openclaw.tokenbucket.limiter.BucketKey;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.BucketUpdate;

/**
 * Some of the buckets that are not saved, as they are to be. Immutable.
 *
 * @param keys which they are
 * @param written entries by name, the limits always among them
 * @param deleted names of entries of buckets that were dropped, since fresh ones equal
 * them
 */
record SnapshotPage(List<BucketKey> keys, Map<String, byte[]> written, List<String> deleted) {

	static SnapshotPage take(BucketStore store, SnapshotCodec codec, int most, long now) {
		List<BucketKey> keys = store.unsaved().take(most);
		Map<String, byte[]> written = new HashMap<>();
		List<String> deleted = new ArrayList<>();
		written.put(SnapshotCodec.LIMITS, codec.encode(store.definitions().values(), store.ages(now)));
		for (BucketKey key : keys) {
			Optional<BucketUpdate> bucket = store.snapshot(key, now);
			bucket.ifPresentOrElse((held) -> written.put(SnapshotCodec.name(key), codec.encode(List.of(held))),
					() -> deleted.add(SnapshotCodec.name(key)));
		}
		return new SnapshotPage(keys, written, deleted);
	}

}
