package io.openclaw.tokenbucket.replication.gossip;

import java.util.function.Supplier;

import io.openclaw.tokenbucket.replication.membership.Peer;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

/**
 * Has messages written and signed, and hands their bytes to the transport. Confined to
 * the replicating thread.
 */
public final class MessageSender {

	private final ReplicationTransport transport;

	private final Supplier<ReplicationSettings> settings;

	private final ReplicationListener listener;

	public MessageSender(ReplicationTransport transport, Supplier<ReplicationSettings> settings,
			ReplicationListener listener) {
		this.transport = transport;
		this.settings = settings;
		this.listener = listener;
	}

	public void publish(Message message) {
		byte[] bytes = MessageCodec.write(message, this.settings.get().signing());
		this.transport.publish(bytes);
		this.listener.onSent(bytes.length);
	}

	/**
	 * Sends to one peer.
	 * @return the size in bytes
	 */
	public int send(Peer recipient, Message message) {
		byte[] bytes = MessageCodec.write(message, this.settings.get().signing());
		this.transport.send(recipient.id(), bytes);
		this.listener.onSent(bytes.length);
		return bytes.length;
	}

}
