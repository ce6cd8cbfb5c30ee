package io.openclaw.tokenbucket.observability;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Passes each call on to several listeners, in their order. If one throws, the others are
 * still called, and replication goes on; that it did is logged at most once a minute. As
 * thread-safe as they are.
 */
public final class CompositeReplicationListener implements ReplicationListener {

	private static final Log logger = LogFactory.getLog(CompositeReplicationListener.class);

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

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
		tell((delegate) -> delegate.onSent(bytes));
	}

	@Override
	public void onReceived(int bytes) {
		tell((delegate) -> delegate.onReceived(bytes));
	}

	@Override
	public void onRejected(String reason) {
		tell((delegate) -> delegate.onRejected(reason));
	}

	@Override
	public void onBatchPublished(long nanos) {
		tell((delegate) -> delegate.onBatchPublished(nanos));
	}

	@Override
	public void onBatchMerged(long nanos) {
		tell((delegate) -> delegate.onBatchMerged(nanos));
	}

	@Override
	public void onRoundTrip(Duration roundTrip) {
		tell((delegate) -> delegate.onRoundTrip(roundTrip));
	}

	@Override
	public void onRepair() {
		tell(ReplicationListener::onRepair);
	}

	@Override
	public void onFailure(RuntimeException failure) {
		tell((delegate) -> delegate.onFailure(failure));
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		tell((delegate) -> delegate.onStateChange(from, to));
	}

	@Override
	public void onRaise(MemberId from, MemberId to) {
		tell((delegate) -> delegate.onRaise(from, to));
	}

	@Override
	public void onLimitChange(LimitChange change) {
		tell((delegate) -> delegate.onLimitChange(change));
	}

	@Override
	public void onMembershipChange(MembershipChanged change) {
		tell((delegate) -> delegate.onMembershipChange(change));
	}

	private void tell(Consumer<ReplicationListener> news) {
		for (ReplicationListener delegate : this.delegates) {
			try {
				news.accept(delegate);
			}
			catch (RuntimeException ex) {
				this.failures
					.pass((count) -> logger.error(
							"The ReplicationListener " + delegate.getClass().getName()
									+ " failed; listeners have failed " + count + " times since the last such line",
							ex));
			}
		}
	}

}
