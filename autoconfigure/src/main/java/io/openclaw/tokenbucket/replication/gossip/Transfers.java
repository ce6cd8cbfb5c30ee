package io.openclaw.tokenbucket.replication.gossip;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
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

	public static final int CUT_AT_ONCE = 5_000;

	private final BucketStore store;

	private final Queue<Part> queue = new ArrayDeque<>();

	private final Queue<Cut> cuts = new ArrayDeque<>();

	private long lastId;

	public Transfers(BucketStore store) {
		this.store = store;
	}

	public boolean isEmpty() {
		return this.queue.isEmpty() && this.cuts.isEmpty();
	}

	/**
	 * Queues everything for a peer, unless it is under way already. What is queued for an
	 * earlier process of its node is for nobody.
	 * @param upTo the last batch published
	 */
	public void start(Peer peer, long upTo, long now) {
		TransferOut transfer = peer.delivery().outgoing();
		if (transfer.isUnderWay(now) || this.queue.stream().anyMatch((part) -> part.peer() == peer)
				|| this.cuts.stream().anyMatch((cut) -> cut.peer == peer)) {
			return;
		}
		String node = peer.id().node();
		this.queue.removeIf((part) -> part.peer().id().node().equals(node));
		this.cuts.removeIf((cut) -> cut.peer.id().node().equals(node));
		if (transfer.isUnfinished()) {
			transfer.progress(now);
			enqueue(peer);
		}
		else {
			this.cuts.add(new Cut(peer, upTo, this.store));
		}
	}

	/**
	 * The next part to be sent.
	 * @return a part and its recipient, empty if nothing is left, or what is left must be
	 * cut first
	 */
	public Optional<Addressed> next(long now) {
		if (this.queue.isEmpty()) {
			cut(now);
		}
		Part part = this.queue.poll();
		if (part == null) {
			return Optional.empty();
		}
		part.peer().delivery().outgoing().progress(now);
		List<BucketUpdate> buckets = new ArrayList<>(part.keys().size());
		part.keys().forEach((key) -> this.store.replicas().snapshot(key, now).ifPresent(buckets::add));
		return Optional.of(new Addressed(part.peer(),
				new Message.Transfer(part.id(), part.number(), part.parts(), part.upTo(), buckets)));
	}

	private void cut(long now) {
		Cut cut = this.cuts.peek();
		if (cut != null && cut.step()) {
			this.cuts.remove();
			cut.peer.delivery().outgoing().start(++this.lastId, cut.upTo, cut.parts, now);
			enqueue(cut.peer);
		}
	}

	private void enqueue(Peer peer) {
		TransferOut transfer = peer.delivery().outgoing();
		for (int i = 0; i < transfer.parts().size(); i++) {
			this.queue.add(new Part(peer, transfer.id(), i, transfer.parts().size(), transfer.upTo(),
					transfer.parts().get(i)));
		}
	}

	/**
	 * Cuts everything into parts that fit into a message, so many buckets at a time.
	 * There is always one part, so that an empty store is a transfer too.
	 */
	private static final class Cut {

		private final Peer peer;

		private final long upTo;

		private final BucketStore store;

		private final Iterator<BucketKey> left;

		private final List<List<BucketKey>> parts = new ArrayList<>();

		private List<BucketKey> last = new ArrayList<>();

		private long bytes;

		Cut(Peer peer, long upTo, BucketStore store) {
			this.peer = peer;
			this.upTo = upTo;
			this.store = store;
			this.left = store.replicas().keys();
			this.parts.add(this.last);
		}

		/**
		 * Goes on cutting.
		 * @return whether everything is cut
		 */
		boolean step() {
			for (int i = 0; i < CUT_AT_ONCE && this.left.hasNext(); i++) {
				add(this.left.next());
			}
			return !this.left.hasNext();
		}

		private void add(BucketKey key) {
			if (MessageSize.isFull(this.last.size(), this.bytes)) {
				this.last = new ArrayList<>();
				this.parts.add(this.last);
				this.bytes = 0;
			}
			this.last.add(key);
			this.bytes += MessageSize.of(key, this.store.replicas().entries(key));
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
