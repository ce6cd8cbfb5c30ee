package io.openclaw.tokenbucket.persistence;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.StateCodec;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Everything that a member holds, in parts that can be kept in a file and merged again,
 * in any order and any number of times. Thread-safe.
 */
public final class SnapshotFile {

	// A part must fit the body of a request, as text, by the defaults of web servers.
	private static final int MAX_BYTES = 96 << 10;

	private final BucketStore store;

	private final StateCodec codec;

	private final NanoClock clock;

	private final ReplicationListener listener;

	/**
	 * Creates what writes and reads parts.
	 * @param store the buckets
	 * @param signing how parts are signed
	 * @param clock the clock of the limiter
	 * @param listener is told what is rejected, and of limits that change
	 */
	public SnapshotFile(BucketStore store, MessageSigning signing, NanoClock clock, ReplicationListener listener) {
		this.store = store;
		this.codec = new StateCodec(signing);
		this.clock = clock;
		this.listener = listener;
	}

	/**
	 * Writes all limits and buckets.
	 * @param receiver receives the parts
	 */
	public void write(Consumer<byte[]> receiver) {
		long now = this.clock.nanoTime();
		receiver.accept(this.codec.encode(this.store.limits().definitions().values(), this.store.limits().ages(now)));
		List<BucketUpdate> part = new ArrayList<>();
		int bytes = 0;
		for (Iterator<BucketKey> keys = this.store.replicas().keys(); keys.hasNext();) {
			BucketUpdate bucket = this.store.replicas().snapshot(keys.next(), this.clock.nanoTime()).orElse(null);
			if (bucket != null) {
				part.add(bucket);
				bytes += StateCodec.sizeOf(bucket);
			}
			if (bytes > MAX_BYTES || part.size() >= StateCodec.MAX_BUCKETS) {
				receiver.accept(this.codec.encode(part));
				part = new ArrayList<>();
				bytes = 0;
			}
		}
		if (!part.isEmpty()) {
			receiver.accept(this.codec.encode(part));
		}
	}

	/**
	 * Merges a part, and has all members told of it. What was spent stays spent: nothing
	 * that this member holds becomes less.
	 * @param part the part
	 * @return what became of it
	 * @throws SnapshotRejectedException if it cannot have been written by this fleet
	 */
	public Merged merge(byte[] part) {
		try {
			StateCodec.State state = this.codec.decode(part, this.listener::onRejected);
			state.definitions().forEach(this::follow);
			return merge(state.buckets());
		}
		catch (MalformedMessageException ex) {
			this.listener.onRejected(ex.reason());
			throw new SnapshotRejectedException(ex.reason());
		}
	}

	private Merged merge(List<BucketUpdate> buckets) {
		int unknown = 0;
		int rejected = 0;
		for (BucketUpdate bucket : buckets) {
			if (this.store.limits().limit(bucket.key().limit()).isEmpty()) {
				unknown++;
			}
			else {
				String refusal = refusal(bucket);
				if (!refusal.isEmpty()) {
					rejected++;
					this.listener.onRejected(refusal);
				}
			}
		}
		return new Merged(buckets.size() - unknown - rejected, unknown, rejected);
	}

	private String refusal(BucketUpdate bucket) {
		return bucket.state().isInRange() ? this.store.replicas().restoreForAll(bucket, this.clock.nanoTime()).reason()
				: "range";
	}

	private void follow(LimitDefinition saved) {
		this.store.changes()
			.follow(saved.limit().name(), (current) -> saved.isNewerThan(current) ? current.merge(saved) : current,
					LimitSource.SAVED, this.clock.nanoTime())
			.ifPresent(this.listener::onLimitChange);
	}

	/**
	 * The result of merging a part.
	 *
	 * @param merged how many were merged
	 * @param unknown how many belong to limits that are unknown here
	 * @param rejected how many claim what cannot be
	 */
	public record Merged(int merged, int unknown, int rejected) {
	}

}
