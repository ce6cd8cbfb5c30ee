package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * The port over which members exchange messages. An implementation may lose, duplicate
 * and reorder messages, and must not block the caller. Thread-safe.
 */
public interface ReplicationTransport extends AutoCloseable {

	/**
	 * Subscribes. From then on delivers all messages that are published to all or sent to
	 * this node. They include this member's own messages to all. Returns before the
	 * subscription is established, and keeps trying until closed.
	 * @param self this member
	 * @param listener receives messages, on any thread
	 */
	void start(MemberId self, Listener listener);

	/**
	 * Publishes to all members, the sender included. {@link #buses()} counts failures,
	 * which are silent otherwise. The protocol repairs lost messages.
	 * @param message the message, not changed afterwards
	 */
	void publish(byte[] message);

	/**
	 * Sends to one node. Failures as with {@link #publish(byte[])}.
	 * @param recipient a member of the node, of any incarnation
	 * @param message the message, not changed afterwards
	 */
	void send(MemberId recipient, byte[] message);

	/**
	 * Renews the sign that a member lives, in every bus that can be reached.
	 * @param member the member
	 * @param timeToLive the time after which the sign expires
	 */
	void renewPresence(MemberId member, Duration timeToLive);

	/**
	 * Removes the sign that a member lives from every bus that can be reached.
	 * @param member the member
	 */
	void removePresence(MemberId member);

	/**
	 * Finds those of some members that have a sign of life in any bus.
	 * @param members the members to look for
	 * @return completes with those present if a majority of the configured buses
	 * answered, else exceptionally
	 */
	CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members);

	/**
	 * The buses, as they are now.
	 * @return one or more
	 */
	List<BusStatus> buses();

	/**
	 * Unsubscribes and releases the resources that the transport opened.
	 */
	@Override
	void close();

	/**
	 * Receives messages.
	 */
	@FunctionalInterface
	interface Listener {

		/**
		 * A message arrived. Never throws.
		 * @param bus the index in {@link ReplicationTransport#buses()} of the bus that
		 * delivered it
		 * @param message the message
		 */
		void onMessage(int bus, byte[] message);

	}

}
