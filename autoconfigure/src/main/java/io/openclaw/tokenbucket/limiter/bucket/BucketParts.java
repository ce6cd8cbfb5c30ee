package io.openclaw.tokenbucket.limiter.bucket;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.RestingReplica;

/**
 * The parts of a bucket that decide and exchange, wired to each other. A bucket at rest
 * has none: they say nothing then that fresh ones would not. Confined to its bucket.
 */
record BucketParts(LocalReplica replica, Credit credit, PeerSpending peers, AdmissionRule rule, Advances advances,
		ContextFollower context, Exchange exchange) {

	/**
	 * Makes the parts of a bucket.
	 * @param step the rules that its replica goes by
	 */
	static BucketParts of(BucketKey key, Surroundings<?> around, ContextStep step, LocalReplica replica,
			Activity<?> activity) {
		Credit credit = new Credit(replica.limit().capacity(), replica.view());
		PeerSpending peers = new PeerSpending(replica, credit);
		AdmissionRule rule = new AdmissionRule(replica, credit, peers, activity, new WaitingLine(activity),
				around.statistics());
		ContextFollower context = new ContextFollower(around.limit(), step, replica, credit, rule, peers, activity);
		Exchange exchange = new Exchange(key, replica, credit, peers, activity, context, around.statistics(),
				around.queues());
		return new BucketParts(replica, credit, peers, rule, new Advances(replica, rule), context, exchange);
	}

	/**
	 * Whether a fresh bucket would equal this one.
	 */
	boolean isFull() {
		return this.rule.line().reserved() == 0 && this.credit.isSettled() && this.replica.view().isComplete()
				&& this.rule.mode().isFull();
	}

	/**
	 * Packs the replica, if that is all that is left to remember.
	 * @return {@code null} if it is not
	 */
	@Nullable RestingReplica rest() {
		boolean atRest = this.rule.isAtRest() && this.credit.isAtRest() && this.peers.isForgotten()
				&& this.advances.isEmpty() && this.exchange.isAtRest();
		return atRest ? RestingReplica.of(this.replica) : null;
	}

}
