package io.openclaw.tokenbucket.limiter.bucket;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.MemberLists;
import io.openclaw.tokenbucket.limiter.rule.RestingReplica;

/**
 * The parts of a bucket that decide and exchange, wired to each other. A bucket at rest
 * has none, since fresh ones would do the same. Confined to its bucket.
 */
record BucketParts(LocalReplica replica, Credit credit, PeerSpending peers, AdmissionRule rule, Advances advances,
		ContextFollower context, SeenSpending seen, Exchange exchange) {

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
		SeenSpending seen = new SeenSpending(replica.state());
		Exchange exchange = new Exchange(key, replica, credit, peers, activity, seen, context, around);
		return new BucketParts(replica, credit, peers, rule, new Advances(replica, rule), context, seen, exchange);
	}

	/**
	 * Whether nothing changed around the bucket since it was brought up to now, and there
	 * was enough for a cost.
	 */
	boolean stillHas(long cost, long now) {
		return this.context.isUnchanged(now) && this.rule.available() >= cost;
	}

	/**
	 * Ends an interval.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	boolean tick(long now, long keepNanos) {
		this.replica.remember(now, keepNanos);
		this.exchange.fold(now);
		this.credit.share(this.replica.view(), now);
		return this.seen.tick(this.replica.state());
	}

	BucketStatus status(BucketKey key) {
		Limit limit = this.replica.limit();
		long level = this.replica.level();
		long missing = Math.max(0, limit.capacity() - level);
		long toNextToken = Math.min(missing, MicroTokens.PER_TOKEN - Math.floorMod(level, MicroTokens.PER_TOKEN));
		return new BucketStatus(limit, key.key(), key.overflow(), level, this.rule.available(),
				this.replica.view().isAlone() ? 0 : this.credit.unacknowledged(), this.replica.consumedHere(),
				this.rule.line().size(), timeToAccrue(limit, missing), timeToAccrue(limit, toNextToken),
				this.replica.state());
	}

	private static Duration timeToAccrue(Limit limit, long amount) {
		return Duration.ofNanos(limit.refillRate().nanosToAccrue(amount));
	}

	/**
	 * Whether a fresh bucket would equal this one.
	 */
	boolean isFull() {
		return this.rule.line().promised() == 0 && this.credit.isAcknowledged() && this.replica.view().isComplete()
				&& this.rule.mode().isFull();
	}

	/**
	 * Packs the replica, if that is all that is left to remember.
	 * @param lists of members that buckets share
	 * @return {@code null} if it is not
	 */
	@Nullable RestingReplica rest(MemberLists lists) {
		boolean atRest = this.rule.isAtRest() && this.credit.isAtRest() && this.peers.isForgotten()
				&& this.advances.isEmpty() && this.seen.isAllOf(this.replica.state()) && this.exchange.isAtRest();
		return atRest ? RestingReplica.of(this.replica, lists) : null;
	}

}
