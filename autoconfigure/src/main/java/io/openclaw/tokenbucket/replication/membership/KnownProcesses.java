package io.openclaw.tokenbucket.replication.membership;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.Message.Listing;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

/**
 * The other processes: who is known, who of them is counted, who is gone. It knows the
 * newest process of each node. Mutable, confined to the replicating thread.
 */
public final class KnownProcesses {

	private final MemberId self;

	private final Runnable onChange;

	private final Map<MemberId, Peer> peers = new TreeMap<>();

	private final Tombstones tombstones;

	private boolean recalls;

	// As of the last change of peers or their standing.
	private @Nullable List<Peer> members;

	/**
	 * Creates a set of nobody.
	 * @param onChange is told when peers or their standing change
	 */
	KnownProcesses(MemberId self, Runnable onChange) {
		this.self = self;
		this.onChange = onChange;
		this.tombstones = new Tombstones(self);
	}

	Collection<Peer> all() {
		return this.peers.values();
	}

	@Nullable Peer get(MemberId id) {
		return this.peers.get(id);
	}

	/**
	 * Those that are counted, in order.
	 */
	List<Peer> members() {
		List<Peer> counted = this.members;
		if (counted == null) {
			counted = this.peers.values().stream().filter(Peer::isMember).toList();
			this.members = counted;
		}
		return counted;
	}

	/**
	 * Whether there are more processes than any fleet has, so that one more cannot be
	 * met: this member could list no more.
	 */
	public boolean isFullFor(MemberId id) {
		return this.peers.size() >= MessageCodec.MAX_PEERS && !this.peers.containsKey(id);
	}

	/**
	 * Whether a message is none of a process that lives and is the newest of its node.
	 */
	boolean isOfThePast(Message message, long now) {
		MemberId id = message.sender();
		if (isReplaced(id)) {
			this.recalls |= message.standing() != Standing.LEAVING && !id.node().equals(this.self.node())
					&& this.tombstones.recall(id, now);
			return true;
		}
		return this.tombstones.isRepeated(message);
	}

	/**
	 * Whether a process began to speak that does not know that its number is too low.
	 */
	public boolean drainRecalls() {
		boolean news = this.recalls;
		this.recalls = false;
		return news;
	}

	/**
	 * Whether such a process has spoken lately: it must be told whom this member counts.
	 */
	public boolean isRecalling(long now) {
		return this.tombstones.hasUnaware(now);
	}

	/**
	 * What such processes must know of their nodes.
	 */
	public List<Message.PeerReport> recalled(long now) {
		return this.tombstones.recalled(now)
			.stream()
			.filter((id) -> !this.peers.containsKey(id))
			.map((id) -> new Message.PeerReport(id, new Listing(Standing.LEAVING, false), false, null))
			.toList();
	}

	/**
	 * A process is back.
	 * @return whether it had been removed
	 */
	boolean readmit(MemberId id) {
		return this.tombstones.readmit(id);
	}

	/**
	 * A process that lives, known from now on.
	 */
	Peer meet(MemberId id, long now) {
		return known(id, Standing.JOINING, now);
	}

	/**
	 * Somebody who is counted counts a process.
	 */
	void count(MemberId id, long now) {
		Peer counted = this.peers.get(id);
		if (counted == null) {
			if (isReplaced(id) || this.tombstones.isRemoved(id) || isFullFor(id)) {
				return;
			}
			counted = known(id, Standing.MEMBER, now);
		}
		count(counted);
	}

	void count(Peer peer) {
		if (!peer.isMember()) {
			peer.become(Standing.MEMBER);
			changed();
		}
	}

	/**
	 * A process is gone for good.
	 */
	void bury(MemberId id) {
		this.tombstones.bury(id);
		drop(id);
	}

	/**
	 * Forgets those who waited to be counted and fell silent.
	 */
	void forgetSilent(long timeoutNanos, long now) {
		List<Peer> silent = this.peers.values()
			.stream()
			.filter((peer) -> !peer.isMember() && now - peer.failures().receivedAt() > timeoutNanos)
			.toList();
		silent.forEach((peer) -> {
			this.tombstones.forget(peer);
			drop(peer.id());
		});
	}

	/**
	 * Removes a member that was silent for too long.
	 */
	void remove(MemberId id) {
		Peer removed = drop(id);
		if (removed != null) {
			this.tombstones.remove(removed);
		}
	}

	private Peer known(MemberId id, Standing as, long now) {
		Peer known = this.peers.get(id);
		if (known == null) {
			this.peers.keySet().stream().filter((other) -> Succession.isNewer(id, other)).toList().forEach(this::bury);
			known = new Peer(id, as, now);
			this.peers.put(id, known);
			changed();
		}
		return known;
	}

	private @Nullable Peer drop(MemberId id) {
		Peer dropped = this.peers.remove(id);
		if (dropped != null) {
			changed();
		}
		return dropped;
	}

	private void changed() {
		this.members = null;
		this.onChange.run();
	}

	private boolean isReplaced(MemberId id) {
		return this.tombstones.isBuried(id) || (!this.peers.containsKey(id)
				&& this.peers.keySet().stream().anyMatch((known) -> Succession.isNewer(known, id)));
	}

}
