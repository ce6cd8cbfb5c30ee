package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.limiter.LimitChange;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Passes each call on to several listeners, in their order. Immutable, and as thread-safe
 * as they are.
 */
public final class CompositeReplicationListener implements ReplicationListener {

	private final List<ReplicationListener> delegates;

	/**
	 * Creates the composite.
	 * @param delegates whom to tell
	 */
	public CompositeReplicationListener(Collection<? extends ReplicationListener> delegates) {
		this.delegates = List.copyOf(delegates);
	}

	@Override
	public void onSent(int bytes) {
		this.delegates.forEach((delegate) -> delegate.onSent(bytes));
	}

	@Override
	public void onReceived(int bytes) {
		this.delegates.forEach((delegate) -> delegate.onReceived(bytes));
	}

	@Override
	public void onRejected(String reason) {
		this.delegates.forEach((delegate) -> delegate.onRejected(reason));
	}

	@Override
	public void onBatchPublished(long nanos) {
		this.delegates.forEach((delegate) -> delegate.onBatchPublished(nanos));
	}

	@Override
	public void onBatchMerged(long nanos) {
		this.delegates.forEach((delegate) -> delegate.onBatchMerged(nanos));
	}

	@Override
	public void onRoundTrip(Duration roundTrip) {
		this.delegates.forEach((delegate) -> delegate.onRoundTrip(roundTrip));
	}

	@Override
	public void onRepair() {
		this.delegates.forEach(ReplicationListener::onRepair);
	}

	@Override
	public void onFailure(RuntimeException failure) {
		this.delegates.forEach((delegate) -> delegate.onFailure(failure));
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		this.delegates.forEach((delegate) -> delegate.onStateChange(from, to));
	}

	@Override
	public void onRaise(MemberId from, MemberId to) {
		this.delegates.forEach((delegate) -> delegate.onRaise(from, to));
	}

	@Override
	public void onLimitChange(LimitChange change) {
		this.delegates.forEach((delegate) -> delegate.onLimitChange(change));
	}

	@Override
	public void onMembershipChange(MembershipChanged change) {
		this.delegates.forEach((delegate) -> delegate.onMembershipChange(change));
	}

}
