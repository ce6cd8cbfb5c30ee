package io.openclaw.tokenbucket.replication.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageSize;
import io.openclaw.tokenbucket.replication.wire.SequenceRange;

/**
 * Batches that this member published and some peer has not acknowledged. It remembers
 * which buckets a batch carried, not what: sent again, a bucket goes out as it is then,
 * which contains what it was. Mutable, confined to the replicating thread.
 */
public final class Outbox {

	private static final int MAX_KEPT = 1_000;

	public static final int MAX_TOLD = 5_000;

	private final BucketStore store;

	// In the order of their numbers.
	private final ArrayDeque<Sent> unacknowledged = new ArrayDeque<>();

	private long lastNumber;

	private long heardUpTo;

	public Outbox(BucketStore store) {
		this.store = store;
	}

	public long lastNumber() {
		return this.lastNumber;
	}

	/**
	 * Whether all heard members have everything.
	 */
	public boolean isAcknowledged() {
		return this.heardUpTo == this.lastNumber;
	}

	/**
	 * Whether any known process has not acknowledged everything.
	 */
	public boolean isAwaited() {
		return !this.unacknowledged.isEmpty();
	}

	/**
	 * Takes buckets that changed into a new batch.
	 * @return the batch, empty if nothing changed
	 */
	public Optional<Message.Batch> next(long now) {
		long number = this.lastNumber + 1;
		List<BucketUpdate> buckets = new ArrayList<>();
		Map<BucketKey, Integer> sizes = new HashMap<>();
		long bytes = 0;
		Optional<BucketUpdate> update = this.store.replicas().publishNext(number, now);
		while (update.isPresent()) {
			buckets.add(update.get());
			int size = MessageSize.of(update.get());
			sizes.put(update.get().key(), size);
			bytes += size;
			update = MessageSize.isFull(buckets.size(), bytes) ? Optional.empty()
					: this.store.replicas().publishNext(number, now);
		}
		if (buckets.isEmpty()) {
			return Optional.empty();
		}
		this.lastNumber = number;
		this.unacknowledged.add(new Sent(new SequenceRange(number, number), now, sizes));
		if (this.unacknowledged.size() > MAX_KEPT) {
			joinOldest();
		}
		return Optional.of(new Message.Batch(new SequenceRange(number, number), buckets));
	}

	/**
	 * Batches to be sent again.
	 * @param range what a peer lacks
	 * @param most how many messages at most: who lacks more asks again
	 * @return batches that together contain the beginning of the range, each small enough
	 * for a message; empty if the range begins before what is kept, or what is kept has
	 * outgrown a message, and only all buckets will do
	 */
	public Optional<List<Message.Batch>> again(SequenceRange range, int most, long now) {
		if (this.unacknowledged.isEmpty() || range.first() < this.unacknowledged.peek().numbers().first()) {
			return Optional.empty();
		}
		List<Message.Batch> batches = new ArrayList<>();
		Map<BucketKey, Integer> sizes = new HashMap<>();
		long first = 0;
		long last = 0;
		for (Sent sent : this.unacknowledged) {
			if (sent.numbers().last() < range.first() || sent.numbers().first() > range.last()) {
				continue;
			}
			if (!MessageSize.fit(sent.sizes().values())) {
				return Optional.empty();
			}
			Map<BucketKey, Integer> joined = new HashMap<>(sizes);
			add(sent.sizes(), joined);
			if (!sizes.isEmpty() && !MessageSize.fit(joined.values())) {
				batches.add(again(first, last, sizes.keySet(), now));
				if (batches.size() == most) {
					return Optional.of(batches);
				}
				joined = sent.sizes();
				first = sent.numbers().first();
			}
			first = sizes.isEmpty() ? sent.numbers().first() : first;
			last = sent.numbers().last();
			sizes = joined;
		}
		if (!sizes.isEmpty()) {
			batches.add(again(first, last, sizes.keySet(), now));
		}
		return Optional.of(batches);
	}

	/**
	 * All heard members have acknowledged. Of many buckets some are told, and the others
	 * when this is called again.
	 * @param upTo up to which number
	 */
	public void acknowledgedByHeard(long upTo, long now) {
		if (upTo <= this.heardUpTo) {
			return;
		}
		Set<BucketKey> keys = new HashSet<>();
		long told = upTo;
		for (Sent sent : this.unacknowledged) {
			if (sent.numbers().last() > upTo) {
				break;
			}
			if (keys.size() >= MAX_TOLD) {
				told = sent.numbers().first() - 1;
				break;
			}
			if (sent.numbers().last() > this.heardUpTo) {
				keys.addAll(sent.sizes().keySet());
			}
		}
		this.heardUpTo = told;
		for (BucketKey key : keys) {
			this.store.replicas().acknowledge(key, told, now);
		}
	}

	/**
	 * All known processes have acknowledged, and so whoever is or will be heard of them:
	 * nobody will ask for it again.
	 * @param upTo up to which number
	 */
	public void acknowledgedByAll(long upTo, long now) {
		acknowledgedByHeard(upTo, now);
		while (!this.unacknowledged.isEmpty()
				&& this.unacknowledged.peek().numbers().last() <= Math.min(upTo, this.heardUpTo)) {
			this.unacknowledged.remove();
		}
	}

	/**
	 * When the oldest batch went out that a peer has not acknowledged.
	 * @param upTo what the peer acknowledged
	 * @return nanoseconds, empty if it has everything
	 */
	public Optional<Long> oldestSentAfter(long upTo) {
		for (Sent sent : this.unacknowledged) {
			if (sent.numbers().last() > upTo) {
				return Optional.of(sent.at());
			}
		}
		return Optional.empty();
	}

	private Message.Batch again(long first, long last, Set<BucketKey> keys, long now) {
		List<BucketUpdate> buckets = new ArrayList<>(keys.size());
		keys.forEach((key) -> this.store.replicas().snapshot(key, now).ifPresent(buckets::add));
		return new Message.Batch(new SequenceRange(first, last), buckets);
	}

	// A peer that is silent for long costs no more memory than the buckets themselves.
	private void joinOldest() {
		Iterator<Sent> oldest = this.unacknowledged.iterator();
		Sent first = oldest.next();
		oldest.remove();
		Sent second = oldest.next();
		oldest.remove();
		add(second.sizes(), first.sizes());
		this.unacknowledged.addFirst(new Sent(new SequenceRange(first.numbers().first(), second.numbers().last()),
				first.at(), first.sizes()));
	}

	private static void add(Map<BucketKey, Integer> sizes, Map<BucketKey, Integer> to) {
		sizes.forEach((key, size) -> to.merge(key, size, Math::max));
	}

	private record Sent(SequenceRange numbers, long at, Map<BucketKey, Integer> sizes) {
	}

}
