package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Receives events of replication, on its thread. Implementations must be quick and must
 * not throw.
 */
public interface ReplicationListener {

	/** Ignores everything. */
	ReplicationListener NONE = new ReplicationListener() {
	};

	/**
	 * A message left.
	 * @param bytes its size
	 */
	default void onSent(int bytes) {
	}

	/**
	 * A message of another member arrived.
	 * @param bytes its size
	 */
	default void onReceived(int bytes) {
	}

	/**
	 * A message was dropped.
	 * @param reason the reason, one of few values
	 */
	default void onRejected(String reason) {
	}

	/**
	 * A batch was built and published.
	 * @param nanos how long it took
	 */
	default void onBatchPublished(long nanos) {
	}

	/**
	 * A batch was merged.
	 * @param nanos how long it took
	 */
	default void onBatchMerged(long nanos) {
	}

	/**
	 * A round trip to another member was measured.
	 * @param roundTrip how long it took
	 */
	default void onRoundTrip(Duration roundTrip) {
	}

	/**
	 * State was sent again because a member lacked it.
	 */
	default void onRepair() {
	}

	/**
	 * Something failed that should not have; replication goes on.
	 * @param failure what was thrown
	 */
	default void onFailure(RuntimeException failure) {
	}

	/**
	 * The state changed. Called once per change.
	 * @param from the state before
	 * @param to the state now
	 */
	default void onStateChange(FleetState from, FleetState to) {
	}

	/**
	 * This process took a higher incarnation. Peers remember an ended process of its node
	 * with a higher one than before, and would not have counted it.
	 * @param from its id before
	 * @param to its id now
	 */
	default void onRaise(MemberId from, MemberId to) {
	}

	/**
	 * Another member's definition of a limit replaced the one here.
	 * @param change the change
	 */
	default void onLimitChange(LimitChange change) {
	}

	/**
	 * The counted or heard members changed. Called once per change.
	 * @param change the state now
	 */
	default void onMembershipChange(MembershipChanged change) {
	}

}
