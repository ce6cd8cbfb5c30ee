package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.replication.ReplicationListener;

/**
 * Tells several listeners. Immutable.
 *
 * @param listeners whom to tell, in order
 */
record ReplicationListeners(List<ReplicationListener> listeners) implements ReplicationListener {

	static ReplicationListener allOf(List<ReplicationListener> listeners) {
		return (listeners.size() == 1) ? listeners.get(0) : new ReplicationListeners(List.copyOf(listeners));
	}

	@Override
	public void onSent(int bytes) {
		tell((listener) -> listener.onSent(bytes));
	}

	@Override
	public void onReceived(int bytes) {
		tell((listener) -> listener.onReceived(bytes));
	}

	@Override
	public void onRejected(String reason) {
		tell((listener) -> listener.onRejected(reason));
	}

	@Override
	public void onBatchPublished(long nanos) {
		tell((listener) -> listener.onBatchPublished(nanos));
	}

	@Override
	public void onBatchMerged(long nanos) {
		tell((listener) -> listener.onBatchMerged(nanos));
	}

	@Override
	public void onRoundTrip(Duration roundTrip) {
		tell((listener) -> listener.onRoundTrip(roundTrip));
	}

	@Override
	public void onRepair() {
		tell(ReplicationListener::onRepair);
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		tell((listener) -> listener.onStateChange(from, to));
	}

	private void tell(Consumer<ReplicationListener> event) {
		this.listeners.forEach(event);
	}

}
