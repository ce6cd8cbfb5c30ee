package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Prints how many bytes a bucket takes that has entries of each member: of the heap while
 * it is used and at rest, and in a message of 400 buckets.
 */
public final class BucketHeap {

	private static final int BUCKETS = 100_000;

	private static final int BATCH = 400;

	private BucketHeap() {
	}

	/**
	 * Measures buckets.
	 * @param arguments how many members spent from each
	 */
	public static void main(String[] arguments) {
		List<Integer> sizes = (arguments.length > 0) ? List.of(arguments).stream().map(Integer::valueOf).toList()
				: List.of(1, 5, 15, 50);
		Table table = new Table(Samples.format("%,d buckets; %s", BUCKETS, Table.machine()), "members", "bytes in use",
				"as estimated", "bytes at rest", "as estimated", "in a message");
		for (int members : sizes) {
			long before = Heap.usedAfterCollection();
			VirtualTime time = new VirtualTime();
			BucketStore store = filled(members, time);
			long used = Heap.usedAfterCollection() - before;
			long usedEstimate = store.estimatedBytes();
			rest(store, time);
			long atRest = Heap.usedAfterCollection() - before;
			table.row(members, used / store.size(), usedEstimate / store.size(), atRest / store.size(),
					store.estimatedBytes() / store.size(), batch(new Members(members)).length / BATCH);
		}
	}

	static byte[] batch(Members members) {
		BucketUpdate[] buckets = IntStream.range(0, BATCH)
			.mapToObj((i) -> new BucketUpdate(BucketKey.of("rating", "key-" + i), members.spentByAll(i + 1)))
			.toArray(BucketUpdate[]::new);
		return MessageBuilder.from(members.ids().get(0), Standing.MEMBER).batch(1, 1, buckets).encode();
	}

	private static BucketStore filled(int count, VirtualTime time) {
		long now = time.nanoTime();
		Members members = new Members(count);
		BucketStore store = members.store(BUCKETS, time,
				Members.policy("rating", 1000, RefillRate.of(1, Duration.ofHours(1)), 1000));
		for (int key = 0; key < BUCKETS; key++) {
			TokenBucketState state = members.spentByAll(key + 1);
			store.replicas().merge(new BucketUpdate(BucketKey.of("rating", "key-" + key), state), now);
		}
		publish(store, now);
		return store;
	}

	// Until all were looked at after they had been at rest for ten seconds.
	private static void rest(BucketStore store, VirtualTime time) {
		for (int tick = 0; tick < 400; tick++) {
			time.advance(Duration.ofMillis(200));
			store.tick(time.nanoTime());
			publish(store, time.nanoTime());
		}
	}

	// Refill as well, which all tell each other after they met.
	private static void publish(BucketStore store, long now) {
		while (store.replicas().publishNext(1, now).isPresent()) {
			continue;
		}
	}

}
