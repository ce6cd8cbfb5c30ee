package io.openclaw.tokenbucket.persistence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.Refill;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.replication.StateCodec;
import io.openclaw.tokenbucket.replication.port.MalformedMessageException;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Merges what was saved into the buckets of this member. If it then turns out that nobody
 * was there to refill them since, what they would have accrued is granted: to the same
 * entry by whoever founds the fleet, so that several founders grant it once. A bucket
 * that is read before its limit is known waits for it. Thread-safe.
 */
public final class Restoration {

	// Far from overflow when two are added.
	private static final long MAX_NANOS = Long.MAX_VALUE / 2;

	private final BucketStore store;

	private final StateCodec codec;

	private final NanoClock clock;

	private final ReplicationListener listener;

	private final Map<BucketKey, Saved> saved = new ConcurrentHashMap<>();

	private final Map<String, Long> ages = new ConcurrentHashMap<>();

	private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();

	private volatile boolean ended;

	public Restoration(BucketStore store, StateCodec codec, NanoClock clock, ReplicationListener listener) {
		this.store = store;
		this.codec = codec;
		this.clock = clock;
		this.listener = listener;
	}

	/**
	 * Merges some entries.
	 */
	public void receive(Collection<SnapshotStore.Entry> page) {
		page.forEach(this::receive);
	}

	/**
	 * Merges the buckets that were read before their limits. Those of limits that nobody
	 * remembers are forgotten.
	 */
	public void receiveWaiting() {
		for (Waiting next = this.waiting.poll(); next != null; next = this.waiting.poll()) {
			if (this.store.limits().limit(next.bucket().key().limit()).isEmpty()) {
				this.listener.onRejected("limit");
			}
			else {
				restore(next.bucket(), next.age(), this.clock.nanoTime());
			}
		}
	}

	/**
	 * Grants what would have accrued since the entries were written.
	 */
	public void refill() {
		long now = this.clock.nanoTime();
		this.ages.forEach((limit, age) -> this.store.changes().learnAge(limit, age, now));
		this.saved.forEach((key, bucket) -> this.store.limits()
			.limit(key.limit())
			.flatMap(bucket::refilled)
			.ifPresent((state) -> this.store.replicas().restoreForAll(new BucketUpdate(key, state), now)));
	}

	/**
	 * Forgets what was read. What is read later is merged all the same.
	 */
	public void end() {
		this.ended = true;
		this.saved.clear();
		this.ages.clear();
	}

	private void receive(SnapshotStore.Entry entry) {
		long now = this.clock.nanoTime();
		try {
			StateCodec.State state = this.codec.decode(entry.value(), this.listener::onRejected);
			for (LimitDefinition definition : state.definitions()) {
				restore(definition, state.ages().getOrDefault(definition.limit().name(), 0L), entry.age(), now);
			}
			state.buckets().forEach((bucket) -> restore(bucket, entry.age(), now));
		}
		catch (MalformedMessageException ex) {
			this.listener.onRejected(ex.reason());
		}
	}

	// What an operator changed outlives the processes, but not a later configuration. The
	// age is that of just this definition.
	private void restore(LimitDefinition saved, long age, Duration since, long now) {
		String limit = saved.limit().name();
		if (!this.store.limits().adopt(saved, now)) {
			this.listener.onRejected("limit");
			return;
		}
		this.store.changes()
			.follow(limit, (current) -> saved.isNewerThan(current) ? current.merge(saved) : current, LimitSource.SAVED,
					now)
			.ifPresent(this.listener::onLimitChange);
		LimitDefinition followed = this.store.limits().definitions().get(limit);
		if (followed != null && followed.fingerprint() == saved.fingerprint()) {
			this.store.changes().learnAge(limit, age, now);
			this.ages.merge(limit, Math.min(age, MAX_NANOS) + Math.min(since.toNanos(), MAX_NANOS), Math::max);
		}
	}

	private void restore(BucketUpdate bucket, Duration age, long now) {
		if (!bucket.state().isInRange()) {
			this.listener.onRejected("range");
		}
		else if (this.store.limits().limit(bucket.key().limit()).isEmpty()) {
			this.waiting.add(new Waiting(bucket, age));
		}
		else {
			restoreHeld(bucket, age, now);
		}
	}

	private void restoreHeld(BucketUpdate bucket, Duration age, long now) {
		MergeResult result = this.store.replicas().restore(bucket, now);
		if (!result.isAccepted()) {
			this.listener.onRejected(result.reason());
		}
		else if (!this.ended) {
			this.saved.merge(bucket.key(), new Saved(bucket.state(), age), Saved::merge);
		}
	}

	/**
	 * A bucket whose limit is not known yet.
	 */
	private record Waiting(BucketUpdate bucket, Duration age) {
	}

	/**
	 * A bucket as it was saved.
	 */
	private record Saved(TokenBucketState state, Duration age) {

		Saved merge(Saved other) {
			return new Saved(this.state.merge(other.state), (this.age.compareTo(other.age) < 0) ? this.age : other.age);
		}

		Optional<TokenBucketState> refilled(Limit limit) {
			long room = limit.capacity() - limit.level(this.state);
			long accrued = (room > 0) ? new Refill(limit.refillRate(), 1).accrue(this.age.toNanos(), room) : 0;
			return (accrued > 0) ? smallestMember().map((member) -> this.state.grant(List.of(member), accrued))
					: Optional.empty();
		}

		private Optional<MemberId> smallestMember() {
			List<MemberId> members = new ArrayList<>();
			this.state.granted().forEach((member, amount) -> members.add(member));
			this.state.consumed().forEach((birth, amount) -> members.add(birth.member()));
			return members.stream().min(Comparator.naturalOrder());
		}

	}

}
