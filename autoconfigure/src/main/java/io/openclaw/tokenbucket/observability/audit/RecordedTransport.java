package io.openclaw.tokenbucket.observability.audit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Has what arrives recorded before it is delivered. Thread-safe.
 *
 * @param transport carries messages
 * @param recording is told of them
 */
record RecordedTransport(ReplicationTransport transport, Recording recording) implements ReplicationTransport {

	@Override
	public void start(MemberId self, Listener listener) {
		this.recording.start(self);
		this.transport.start(self, (bus, message) -> {
			this.recording.receive(bus, message);
			listener.onMessage(bus, message);
		});
	}

	@Override
	public void publish(byte[] message) {
		this.transport.publish(message);
	}

	@Override
	public void send(MemberId recipient, byte[] message) {
		this.transport.send(recipient, message);
	}

	@Override
	public void renewPresence(MemberId member, Duration timeToLive) {
		this.transport.renewPresence(member, timeToLive);
	}

	@Override
	public void removePresence(MemberId member) {
		this.transport.removePresence(member);
	}

	@Override
	public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
		return this.transport.findPresent(members);
	}

	@Override
	public List<BusStatus> buses() {
		return this.transport.buses();
	}

	@Override
	public void close() {
		this.transport.close();
	}

}
