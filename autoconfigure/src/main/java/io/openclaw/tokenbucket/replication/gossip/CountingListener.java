package io.openclaw.tokenbucket.replication.gossip;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Counts what the status shows, and passes everything on. Confined to the replicating
 * thread.
 */
public final class CountingListener implements ReplicationListener {

	private final ReplicationListener next;

	private long lost;

	private long repairs;

	private long rejected;

	public CountingListener(ReplicationListener next) {
		this.next = next;
	}

	public long lost() {
		return this.lost;
	}

	public long repairs() {
		return this.repairs;
	}

	public long rejected() {
		return this.rejected;
	}

	/**
	 * A batch did not arrive in its turn.
	 */
	public void onLost() {
		this.lost++;
	}

	@Override
	public void onSent(int bytes) {
		this.next.onSent(bytes);
	}

	@Override
	public void onReceived(int bytes) {
		this.next.onReceived(bytes);
	}

	@Override
	public void onRejected(String reason) {
		this.rejected++;
		this.next.onRejected(reason);
	}

	@Override
	public void onBatchPublished(long nanos) {
		this.next.onBatchPublished(nanos);
	}

	@Override
	public void onBatchMerged(long nanos) {
		this.next.onBatchMerged(nanos);
	}

	@Override
	public void onRoundTrip(Duration roundTrip) {
		this.next.onRoundTrip(roundTrip);
	}

	@Override
	public void onRepair() {
		this.repairs++;
		this.next.onRepair();
	}

	@Override
	public void onFailure(RuntimeException failure) {
		this.next.onFailure(failure);
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		this.next.onStateChange(from, to);
	}

	@Override
	public void onRaise(MemberId from, MemberId to) {
		this.next.onRaise(from, to);
	}

	@Override
	public void onLimitChange(LimitChange change) {
		this.next.onLimitChange(change);
	}

	@Override
	public void onMembershipChange(MembershipChanged change) {
		this.next.onMembershipChange(change);
	}

}
