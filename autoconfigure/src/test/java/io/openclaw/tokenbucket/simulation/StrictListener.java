package io.openclaw.tokenbucket.simulation;

import java.util.function.IntConsumer;

import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Lets nothing pass that must not happen to members that are honest.
 *
 * @param sent is told the bytes of each message
 */
record StrictListener(IntConsumer sent) implements ReplicationListener {

	@Override
	public void onSent(int bytes) {
		this.sent.accept(bytes);
	}

	@Override
	public void onRejected(String reason) {
		throw new Violation("a message was rejected: " + reason);
	}

	@Override
	public void onFailure(RuntimeException failure) {
		throw failure;
	}

}
