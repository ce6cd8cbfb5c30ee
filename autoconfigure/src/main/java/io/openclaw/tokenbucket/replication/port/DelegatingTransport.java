package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Passes everything on, for transports that differ in little. Thread-safe.
 */
public class DelegatingTransport implements ReplicationTransport {

	private final ReplicationTransport transport;

	/**
	 * Creates a transport.
	 * @param transport carries messages
	 */
	protected DelegatingTransport(ReplicationTransport transport) {
		this.transport = transport;
	}

	@Override
	public void start(MemberId member, Listener listener) {
		this.transport.start(member, listener);
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
