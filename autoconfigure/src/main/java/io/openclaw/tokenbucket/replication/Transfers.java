package io.openclaw.tokenbucket.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

import io.openclaw.tokenbucket.limiter.BucketKey;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.BucketUpdate;

/**
 * Everything this member holds, on its way to those who need it, part by part so that
 * other messages find their way in between. Mutable, confined to the replicating thread.
 */
final class Transfers {

	private final BucketStore store;

	private final Queue<Part> queue = new ArrayDeque<>();

	private long lastId;

	Transfers(BucketStore store) {
		this.store = store;
	}

	boolean isEmpty() {
		return this.queue.isEmpty();
	}

	/**
	 * Queues everything for a peer, unless it is under way already.
	 * @param upTo the last batch published
	 */
	void start(Peer peer, long upTo, long now) {
		TransferOut transfer = peer.outgoing();
		if (transfer.isUnderWay(now) || this.queue.stream().anyMatch((part) -> part.peer() == peer)) {
			return;
		}
		if (transfer.isUnfinished()) {
			transfer.progress(now);
		}
		else {
			transfer.start(++this.lastId, upTo, parts(now), now);
		}
		for (int i = 0; i < transfer.parts().size(); i++) {
			this.queue.add(new Part(peer, transfer.id(), i, transfer.parts().size(), transfer.upTo(),
					transfer.parts().get(i)));
		}
	}

	/**
	 * The next part to be sent.
	 * @return a part and its recipient, empty if nothing is left
	 */
	Optional<Addressed> next(long now) {
		Part part = this.queue.poll();
		if (part == null) {
			return Optional.empty();
		}
		part.peer().outgoing().progress(now);
		List<BucketUpdate> buckets = new ArrayList<>(part.keys().size());
		part.keys().forEach((key) -> this.store.snapshot(key, now).ifPresent(buckets::add));
		return Optional.of(new Addressed(part.peer(),
				new Message.Transfer(part.id(), part.number(), part.parts(), part.upTo(), buckets)));
	}

	// There is always one, so that an empty store is a transfer too.
	private List<List<BucketKey>> parts(long now) {
		List<List<BucketKey>> parts = new ArrayList<>();
		List<BucketKey> part = new ArrayList<>();
		long bytes = 0;
		parts.add(part);
		for (BucketKey key : keys()) {
			if (MessageSize.isFull(part.size(), bytes)) {
				part = new ArrayList<>();
				parts.add(part);
				bytes = 0;
			}
			part.add(key);
			bytes += this.store.snapshot(key, now).map(MessageSize::of).orElse(0);
		}
		return parts;
	}

	private List<BucketKey> keys() {
		List<BucketKey> keys = new ArrayList<>();
		this.store.forEachKey(keys::add);
		return keys;
	}

	/**
	 * A part and whom it is for.
	 */
	record Addressed(Peer recipient, Message.Transfer transfer) {
	}

	private record Part(Peer peer, long id, int number, int parts, long upTo, List<BucketKey> keys) {
	}

}
