package io.openclaw.tokenbucket.replication.gossip;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.delivery.TransferOut;
import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageSize;

/**
 * Everything this member holds, on its way to those who need it, part by part so that
 * other messages find their way in between. Mutable, confined to the replicating thread.
 */
public final class Transfers {

	private final BucketStore store;

	private final Queue<Part> queue = new ArrayDeque<>();

	private long lastId;

	public Transfers(BucketStore store) {
		this.store = store;
	}

	public boolean isEmpty() {
		return this.queue.isEmpty();
	}

	/**
	 * Queues everything for a peer, unless it is under way already. What is queued for an
	 * earlier process of its node is for nobody.
	 * @param upTo the last batch published
	 */
	public void start(Peer peer, long upTo, long now) {
		TransferOut transfer = peer.delivery().outgoing();
		if (transfer.isUnderWay(now) || this.queue.stream().anyMatch((part) -> part.peer() == peer)) {
			return;
		}
		this.queue.removeIf((part) -> part.peer().id().node().equals(peer.id().node()));
		if (transfer.isUnfinished()) {
			transfer.progress(now);
		}
		else {
			transfer.start(++this.lastId, upTo, parts(), now);
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
	public Optional<Addressed> next(long now) {
		Part part = this.queue.poll();
		if (part == null) {
			return Optional.empty();
		}
		part.peer().delivery().outgoing().progress(now);
		List<BucketUpdate> buckets = new ArrayList<>(part.keys().size());
		part.keys().forEach((key) -> this.store.snapshot(key, now).ifPresent(buckets::add));
		return Optional.of(new Addressed(part.peer(),
				new Message.Transfer(part.id(), part.number(), part.parts(), part.upTo(), buckets)));
	}

	// There is always one, so that an empty store is a transfer too.
	private List<List<BucketKey>> parts() {
		Parts parts = new Parts();
		this.store.forEachSize(parts::add);
		return parts.all;
	}

	/**
	 * Cuts buckets into parts that fit into a message.
	 */
	private static final class Parts {

		private final List<List<BucketKey>> all = new ArrayList<>();

		private List<BucketKey> last = new ArrayList<>();

		private long bytes;

		Parts() {
			this.all.add(this.last);
		}

		void add(BucketKey key, int entries) {
			if (MessageSize.isFull(this.last.size(), this.bytes)) {
				this.last = new ArrayList<>();
				this.all.add(this.last);
				this.bytes = 0;
			}
			this.last.add(key);
			this.bytes += MessageSize.of(key, entries);
		}

	}

	/**
	 * A part and whom it is for.
	 */
	public record Addressed(Peer recipient, Message.Transfer transfer) {
	}

	private record Part(Peer peer, long id, int number, int parts, long upTo, List<BucketKey> keys) {
	}

}
