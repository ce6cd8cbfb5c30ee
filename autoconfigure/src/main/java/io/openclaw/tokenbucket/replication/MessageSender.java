package io.openclaw.tokenbucket.replication;

import java.util.function.Supplier;

/**
 * Signs messages and hands them to the transport. Confined to the replicating thread.
 */
final class MessageSender {

	private final ReplicationTransport transport;

	private final Supplier<ReplicationSettings> settings;

	private final ReplicationListener listener;

	MessageSender(ReplicationTransport transport, Supplier<ReplicationSettings> settings,
			ReplicationListener listener) {
		this.transport = transport;
		this.settings = settings;
		this.listener = listener;
	}

	void publish(Message message) {
		byte[] bytes = this.settings.get().signing().write(message);
		this.transport.publish(bytes);
		this.listener.onSent(bytes.length);
	}

	/**
	 * Sends to one peer.
	 * @return the size in bytes
	 */
	int send(Peer recipient, Message message) {
		byte[] bytes = this.settings.get().signing().write(message);
		this.transport.send(recipient.id(), bytes);
		this.listener.onSent(bytes.length);
		return bytes.length;
	}

}
