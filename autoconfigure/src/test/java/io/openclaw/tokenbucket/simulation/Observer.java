package io.openclaw.tokenbucket.simulation;

import java.time.Duration;

import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.simulation.ScheduledMember.BucketName;

/**
 * Sees what no member can see.
 */
interface Observer {

	/**
	 * A request is about to be decided.
	 */
	void onArrival(ScheduledMember member, BucketName bucket, int cost);

	/**
	 * A request was admitted.
	 * @param joining whether the member was not counted yet
	 */
	void onAdmitted(ScheduledMember member, BucketName bucket, int cost, Reason reason, boolean joining);

	/**
	 * A member is about to vanish with whatever nobody else knows.
	 */
	void beforeLoss(ScheduledMember member);

	/**
	 * It has vanished.
	 */
	void afterLoss();

	/**
	 * A member's clock is about to jump.
	 */
	void onStep(ScheduledMember member, Duration by);

}
