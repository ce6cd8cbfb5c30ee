package io.openclaw.tokenbucket.replication.port;

import java.time.Duration;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.limit.LimitChange;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Is told what replication does, on its thread. Must be quick and must not throw.
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
	 * @param reason why, one of few values
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
	 * This process goes on under another id: peers remember a process of its node that is
	 * gone and had a higher incarnation, and would not have counted it.
	 * @param from its id before
	 * @param to its id now
	 */
	default void onRaise(MemberId from, MemberId to) {
	}

	/**
	 * Another member's definition of a limit took the place of the one here.
	 * @param change what changed
	 */
	default void onLimitChange(LimitChange change) {
	}

	/**
	 * Other members are counted or heard than before. Called once per change.
	 * @param change what holds now
	 */
	default void onMembershipChange(MembershipChanged change) {
	}

}
