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

	private final Queue<Part> parts = new ArrayDeque<>();

	private long lastId;

	Transfers(BucketStore store) {
		this.store = store;
	}

	boolean isEmpty() {
		return this.parts.isEmpty();
	}

	/**
	 * Queues everything for a peer, unless it is under way already.
	 * @param upTo the last batch published
	 */
	void start(Peer peer, long upTo, long now) {
		if (peer.outgoing().isUnderWay(now)) {
			return;
		}
		peer.outgoing().start(++this.lastId, now);
		List<List<BucketKey>> groups = new ArrayList<>(List.of(new ArrayList<>()));
		this.store.forEachKey((key) -> {
			if (groups.get(groups.size() - 1).size() == Outbox.MOST_BUCKETS) {
				groups.add(new ArrayList<>());
			}
			groups.get(groups.size() - 1).add(key);
		});
		for (int i = 0; i < groups.size(); i++) {
			this.parts.add(new Part(peer, this.lastId, i, groups.size(), upTo, groups.get(i)));
		}
	}

	/**
	 * The next part to be sent.
	 * @return a part and its recipient, empty if nothing is left
	 */
	Optional<Addressed> next(long now) {
		Part part = this.parts.poll();
		if (part == null) {
			return Optional.empty();
		}
		part.peer().outgoing().progress(now);
		List<BucketUpdate> buckets = new ArrayList<>(part.keys().size());
		part.keys().forEach((key) -> this.store.snapshot(key, now).ifPresent(buckets::add));
		return Optional.of(new Addressed(part.peer(),
				new Message.Transfer(part.id(), part.number(), part.parts(), part.upTo(), buckets)));
	}

	/**
	 * A part and whom it is for.
	 */
	record Addressed(Peer recipient, Message.Transfer transfer) {
	}

	private record Part(Peer peer, long id, int number, int parts, long upTo, List<BucketKey> keys) {
	}

}
