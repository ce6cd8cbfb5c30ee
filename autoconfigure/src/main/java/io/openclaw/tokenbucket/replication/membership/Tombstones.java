package io.openclaw.tokenbucket.replication.membership;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.wire.Message;

/**
 * The processes that are gone, and how they went. It remembers the last ten thousand,
 * since a sender can invent as many as it likes. Mutable, confined to the replicating
 * thread.
 */
public final class Tombstones {

	private static final int MAX = 10_000;

	private static final long RECALLED_NANOS = 2_000_000_000L;

	private final MemberId self;

	// The newest incarnation that said goodbye or was replaced, by node.
	private final Map<String, Long> buried = new Latest<>();

	// Heard though it is gone for good, by node: since when.
	private final Map<String, Long> unaware = new Latest<>();

	// Removed for silence: ignored in the lists of others until received directly.
	private final Map<MemberId, Boolean> removed = new Latest<>();

	// The last stamp of each that was forgotten while it may live.
	private final Map<MemberId, Long> lastSentAt = new Latest<>();

	public Tombstones(MemberId self) {
		this.self = self;
	}

	/**
	 * The incarnation is gone for good, and all before it.
	 */
	public void bury(MemberId id) {
		this.buried.merge(id.node(), id.incarnation(), Math::max);
	}

	/**
	 * Whether the incarnation is gone for good. Lists that were on their way when this
	 * process started may still name its older self.
	 */
	public boolean isBuried(MemberId id) {
		long newest = this.buried.getOrDefault(id.node(), -1L);
		return id.incarnation() <= newest || (id.node().equals(this.self.node()) && id.compareTo(this.self) < 0);
	}

	/**
	 * A process speaks whose number is too low for it to be counted. It is told what it
	 * must rise above, as long as it speaks.
	 * @return whether this is news
	 */
	public boolean recall(MemberId id, long now) {
		Long before = this.unaware.put(id.node(), now);
		return before == null || now - before > RECALLED_NANOS;
	}

	/**
	 * Whether a process speaks whose number is too low.
	 */
	public boolean hasUnaware(long now) {
		this.unaware.values().removeIf((heardAt) -> now - heardAt > RECALLED_NANOS);
		return !this.unaware.isEmpty();
	}

	/**
	 * The newest of the processes that are gone, of each node that does not know.
	 */
	public List<MemberId> recalled(long now) {
		return !hasUnaware(now) ? List.of()
				: this.buried.entrySet()
					.stream()
					.filter((gone) -> this.unaware.containsKey(gone.getKey()))
					.map((gone) -> new MemberId(gone.getKey(), gone.getValue()))
					.toList();
	}

	/**
	 * A member was silent for too long.
	 */
	public void remove(Peer peer) {
		this.removed.put(peer.id(), true);
		forget(peer);
	}

	/**
	 * A process is not reckoned with any more, and may come back.
	 */
	public void forget(Peer peer) {
		this.lastSentAt.put(peer.id(), peer.failures().lastSentAt());
	}

	public boolean isRemoved(MemberId id) {
		return this.removed.containsKey(id);
	}

	/**
	 * Whether a message of a process that was forgotten is no sign of life, but repeated.
	 */
	public boolean isRepeated(Message message) {
		return message.sentAt() <= this.lastSentAt.getOrDefault(message.sender(), 0L);
	}

	/**
	 * A process is back.
	 * @return whether it had been removed
	 */
	public boolean readmit(MemberId id) {
		this.lastSentAt.remove(id);
		return this.removed.remove(id) != null;
	}

	private static final class Latest<K, V> extends LinkedHashMap<K, V> {

		@Override
		protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
			return size() > MAX;
		}

	}

}
