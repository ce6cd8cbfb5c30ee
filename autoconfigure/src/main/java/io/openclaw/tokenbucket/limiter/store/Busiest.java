package io.openclaw.tokenbucket.limiter.store;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

import io.openclaw.tokenbucket.limiter.bucket.Bucket;

/**
 * The buckets that a member spent most of, among any number, without keeping more of them
 * than are wanted. Mutable, for one thread.
 */
final class Busiest {

	private static final Comparator<Spent> SMALLEST_FIRST = Comparator.comparingLong(Spent::amount);

	private final PriorityQueue<Spent> most = new PriorityQueue<>(SMALLEST_FIRST);

	private final int wanted;

	Busiest(int wanted) {
		this.wanted = wanted;
	}

	void add(Bucket bucket) {
		this.most.add(new Spent(bucket, bucket.consumedHere()));
		if (this.most.size() > this.wanted) {
			this.most.remove();
		}
	}

	List<Bucket> inOrder() {
		return this.most.stream().sorted(SMALLEST_FIRST.reversed()).map(Spent::bucket).toList();
	}

	private record Spent(Bucket bucket, long amount) {
	}

}
