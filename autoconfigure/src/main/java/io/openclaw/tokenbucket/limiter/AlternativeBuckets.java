package io.openclaw.tokenbucket.limiter;

import java.util.Collection;
import java.util.Optional;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;

/**
 * Has one caller spend of several limits together, where each request is under one of
 * them: what is spent of one is taken from the others as well, as far as they have it. So
 * who alternates has no more than who stays under the largest. A limit of which the
 * caller's bucket is full and forgotten costs one look for it. Thread-safe.
 */
public final class AlternativeBuckets {

	private final BucketStore store;

	private final NanoClock clock;

	AlternativeBuckets(BucketStore store, NanoClock clock) {
		this.store = store;
		this.clock = clock;
	}

	/**
	 * Before a request is decided: a bucket that the caller has not used lately begins
	 * with what it spent of the others.
	 * @param charge what the request is to pay
	 * @param others the names of the other limits
	 */
	public void begin(Charge charge, Collection<String> others) {
		if (find(charge.limit(), charge.key()).isPresent()) {
			return;
		}
		long now = this.clock.nanoTime();
		long missing = 0;
		for (String other : others) {
			Optional<Bucket> held = find(other, charge.key());
			if (held.isPresent()) {
				BucketStatus status = held.get().status(now);
				missing = Math.max(missing, status.limit().capacity() - status.level());
			}
		}
		if (missing > 0) {
			take(charge.limit(), charge.key(), missing, now);
		}
	}

	/**
	 * After a request was admitted: the caller's other buckets lose as much.
	 * @param charge what the request paid
	 * @param others the names of the other limits
	 */
	public void spend(Charge charge, Collection<String> others) {
		for (String other : others) {
			if (find(other, charge.key()).isPresent()) {
				take(other, charge.key(), MicroTokens.ofTokens(charge.tokens()), this.clock.nanoTime());
			}
		}
	}

	private Optional<Bucket> find(String limit, String key) {
		return this.store.limits().bucket(BucketKey.of(limit, key));
	}

	private void take(String limit, String key, long amount, long now) {
		LimitBuckets buckets = this.store.limits().get(limit);
		if (buckets != null) {
			buckets.take(key, amount, now);
		}
	}

}
