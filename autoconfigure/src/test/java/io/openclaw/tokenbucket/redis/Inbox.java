package io.openclaw.tokenbucket.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Keeps what arrived.
 */
final class Inbox implements ReplicationTransport.Listener {

	private final List<String> messages = new CopyOnWriteArrayList<>();

	@Override
	public void onMessage(int bus, byte[] message) {
		this.messages.add(bus + ":" + new String(message, StandardCharsets.UTF_8));
	}

	List<String> messages() {
		return this.messages;
	}

}
