package io.openclaw.tokenbucket.observability.audit;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.replication.port.DelegatingTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Has what arrives recorded before it is delivered. Thread-safe.
 */
final class RecordedTransport extends DelegatingTransport {

	private final Recording recording;

	RecordedTransport(ReplicationTransport transport, Recording recording) {
		super(transport);
		this.recording = recording;
	}

	@Override
	public void start(MemberId self, Listener listener) {
		this.recording.start(self);
		super.start(self, (bus, message) -> {
			this.recording.receive(bus, message);
			listener.onMessage(bus, message);
		});
	}

}
