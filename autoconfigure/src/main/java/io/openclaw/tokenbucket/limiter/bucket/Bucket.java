package io.openclaw.tokenbucket.limiter.bucket;

import java.time.Duration;
import java.util.List;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Grant;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.port.MergeListener;
import io.openclaw.tokenbucket.limiter.port.MergeResult;
import io.openclaw.tokenbucket.limiter.port.SpendingListener;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;

/**
 * One bucket: a lock around the parts that decide. Amounts are micro-tokens, times
 * nanoseconds of one clock. Thread-safe.
 * <p>
 * The lock is the monitor of this object. Every method takes it, but for a rejection that
 * still holds. It holds it briefly, and first follows what changed around the bucket. The
 * parts are confined to it. Nobody who holds it takes another lock but that of the
 * {@link LimitContext}, which is taken last: an admission takes its own first, and a
 * bucket is created, but not used, inside of the map that holds it. What runs under the
 * lock is the {@link BucketQueues}, which only note,
 * {@link io.openclaw.tokenbucket.limiter.port.ReplicationSignal#flushWanted},
 * {@link DriftListener#onWindow}, {@link SpendingListener#onSpent},
 * {@link MergeListener#onMerge} and
 * {@link io.openclaw.tokenbucket.limiter.limit.FallbackQuota#of}: they return at once and
 * ask nothing of a bucket. News for waiting requests is returned, and delivered without
 * the lock.
 */
public final class Bucket implements Line {

	// Any use at any member is soon known to all: so they drop a bucket at nearly the
	// same time, and births do not pile up at those that still hold it when it is used
	// again.
	private static final int IDLE_INTERVALS = 50;

	// As measured by FloodTests and SnapshotScaleTests.
	private static final int EMPTY_BYTES = 850;

	private static final int ENTRY_BYTES = 60;

	private final BucketKey key;

	private final BucketQueues<Bucket> queues;

	private final LimitStatistics statistics;

	@GuardedBy("this")
	private final LocalReplica replica;

	@GuardedBy("this")
	private final Credit credit;

	@GuardedBy("this")
	private final AdmissionRule rule;

	@GuardedBy("this")
	private final Advances advances;

	@GuardedBy("this")
	private final PeerSpending peers;

	@GuardedBy("this")
	private final Activity<Bucket> activity;

	@GuardedBy("this")
	private final ContextFollower context;

	@GuardedBy("this")
	private final Exchange exchange;

	// Written with the lock held. Whatever may end it but time and context forgets it.
	private volatile @Nullable StandingRejection rejection;

	public Bucket(BucketKey key, LimitContext limit, ContextStep step, LocalReplica replica, LimitStatistics statistics,
			BucketQueues<Bucket> queues, long now) {
		this.key = key;
		this.queues = queues;
		this.statistics = statistics;
		this.replica = replica;
		this.credit = new Credit(replica.limit().capacity(), replica.view());
		this.peers = new PeerSpending(replica, this.credit);
		this.activity = new Activity<>(this, key, queues, now);
		this.rule = new AdmissionRule(replica, this.credit, this.peers, this.activity, new WaitingLine(this.activity),
				statistics);
		this.advances = new Advances(replica, this.rule);
		this.context = new ContextFollower(limit, step, replica, this.credit, this.rule, this.peers, this.activity);
		this.exchange = new Exchange(key, replica, this.credit, this.peers, this.activity, this.context, statistics,
				queues);
	}

	public BucketKey key() {
		return this.key;
	}

	/**
	 * Decides where that is possible at once. Takes the lock unless a rejection still
	 * holds: a caller who is rejected and asks on is to keep no other thread waiting.
	 * @return the decision; it waits if the request must reserve; {@code null} if the
	 * bucket is dropped
	 */
	public @Nullable Decision decide(long cost, long now) {
		StandingRejection standing = this.rejection;
		Decision rejected = (standing != null) ? standing.repeat(cost, now) : null;
		return (rejected != null) ? rejected : decideAnew(cost, now);
	}

	private synchronized @Nullable Decision decideAnew(long cost, long now) {
		if (!use(now)) {
			return null;
		}
		Decision decision = this.rule.decide(cost, this.context.consistency(), now);
		if (decision.outcome() == Outcome.REJECTED) {
			this.rejection = this.context.standing(decision, cost, now);
		}
		return decision;
	}

	/**
	 * Spends as many whole tokens as may be spent at once.
	 * @return {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Grant grant(long most, long now) {
		return use(now) ? this.rule.grant(most, this.context.consistency(), now) : null;
	}

	/**
	 * Decides by the level alone, without credit or a wait.
	 * @return the decision; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Decision decideOnLevel(long cost, long now) {
		return use(now) ? this.rule.decideOnLevel(cost, now) : null;
	}

	/**
	 * Takes an advance if the level allows it, without credit or a wait.
	 * @return the decision; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Decision takeOnLevel(Advance advance, long now) {
		Decision decision = decideOnLevel(advance.amount(), now);
		if (decision != null && decision.isAdmitted()) {
			this.advances.take(advance);
		}
		return decision;
	}

	/**
	 * Admits a request that costs nothing, whatever the level is and whoever waits. The
	 * bucket is not used by it, and need not be held in memory.
	 */
	public synchronized Decision admitFree(long now) {
		this.context.refresh(now);
		return this.rule.decision(Outcome.ADMITTED, Reason.CREDIT, 0);
	}

	/**
	 * Sets tokens aside for a request: at once, in the line, or not at all.
	 * @return the answer; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Answer reserve(Reservation reservation, long now) {
		return use(now) ? this.rule.reserve(reservation, this.context.consistency(), now) : null;
	}

	@Override
	public synchronized List<Notice> answerLine(long now) {
		if (this.rule.line().isEmpty()) {
			return List.of();
		}
		touch(now);
		return this.rule.answerLine(this.context.consistency(), now);
	}

	/**
	 * Begins to watch the line, unless somebody does or it is empty.
	 * @return when the request at its head has waited long enough, else {@code null}
	 */
	public synchronized @Nullable Long watch() {
		return this.rule.line().watch();
	}

	public synchronized void unwatch() {
		this.rule.line().unwatch();
	}

	public synchronized Decision commit(Reservation reservation, Reason reason, long now) {
		touch(now);
		return this.rule.commit(reservation, reason, now);
	}

	/**
	 * Consumes what a reservation holds, in advance of what the request will have cost.
	 */
	public synchronized Decision commit(Reservation reservation, Reason reason, Advance advance, long now) {
		Decision decision = commit(reservation, reason, now);
		this.advances.take(advance);
		return decision;
	}

	/**
	 * Settles what a request took in advance: gives back what it did not need, or
	 * consumes what it lacks, even below zero.
	 * @param cost micro-tokens that it has cost
	 * @return what came back; {@code null} if the bucket is dropped, and so was full
	 * since
	 */
	public synchronized @Nullable Long settle(Advance advance, long cost, long now) {
		return use(now) ? this.advances.settle(advance, cost, now) : null;
	}

	/**
	 * Gives up what a reservation sets aside, if it still does, because another limit of
	 * the same request rejected it.
	 */
	public synchronized Decision release(Reservation reservation, long now) {
		this.rejection = null;
		this.rule.line().close(reservation);
		return refuse(reservation.cost(), now);
	}

	/**
	 * Rejects on behalf of another limit, unless this one would have rejected as well.
	 */
	public synchronized Decision refuse(long cost, long now) {
		this.context.refresh(now);
		return this.rule.refuse(cost);
	}

	public synchronized Decision waiting(long cost, long now) {
		this.context.refresh(now);
		return this.rule.decision(Outcome.WAITING, Reason.UNACKNOWLEDGED, cost);
	}

	/**
	 * Gives tokens back, as far as they were spent and there is room.
	 * @return how many micro-tokens were given
	 */
	public synchronized long giveBack(long amount, long now) {
		touch(now);
		return this.rule.giveBack(amount, false);
	}

	/**
	 * Merges what a peer sent, but for what it can only have made up, unless both
	 * together are more than a bucket may count.
	 */
	public synchronized MergeResult merge(TokenBucketState remote, long now) {
		touch(now);
		return this.exchange.merge(remote, now);
	}

	public synchronized MergeResult restore(TokenBucketState saved, long now) {
		touch(now);
		return this.exchange.restore(saved, now);
	}

	public synchronized MergeResult restoreForAll(TokenBucketState saved, long now) {
		touch(now);
		return this.exchange.restoreForAll(saved, now);
	}

	/**
	 * The state to be sent in a batch, which from then on counts as published by it.
	 */
	public synchronized TokenBucketState publish(long batch, long now) {
		touch(now);
		return this.exchange.publish(batch, now);
	}

	public synchronized void acknowledge(long batch, long now) {
		touch(now);
		this.exchange.acknowledge(batch, now);
	}

	public synchronized void publishAgain() {
		this.exchange.publishAgain();
	}

	/**
	 * Has the bucket published unless it is full.
	 */
	public synchronized void publishRefill(long now) {
		touch(now);
		this.exchange.publishRefill();
	}

	/**
	 * Ends an interval in which the bucket was touched.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	public synchronized boolean tick(long now, long keepNanos) {
		touch(now);
		this.replica.remember(now, keepNanos);
		this.exchange.fold(now);
		this.credit.share(this.replica.view(), now);
		return this.activity.tick(this.replica.state());
	}

	/**
	 * Follows what changed around the bucket, and drops it if a fresh one would equal it,
	 * otherwise what it remembers for longer than needed.
	 * @return whether it is dropped, for good
	 */
	public synchronized boolean dropIfFull(long now, long keepNanos) {
		this.context.refresh(now);
		this.replica.forget(now, keepNanos);
		this.credit.forgetFaded(now);
		if (!this.activity.isIdle(IDLE_INTERVALS * this.context.syncIntervalNanos(), now)) {
			return false;
		}
		// What others spent so long ago, refill has made up for.
		this.peers.forget();
		boolean settled = !this.activity.isDirty() && this.rule.line().reserved() == 0 && this.credit.isSettled();
		if (settled && this.replica.view().isComplete() && this.rule.mode().isFull()) {
			drop();
		}
		return this.activity.isDropped();
	}

	/**
	 * Drops the bucket for good, whatever is in it.
	 */
	public synchronized void drop() {
		this.rejection = null;
		this.activity.drop();
	}

	/**
	 * Whether the bucket was dropped: what is merged into it then is lost.
	 */
	public synchronized boolean isDropped() {
		return this.activity.isDropped();
	}

	/**
	 * The state as it is. Does not count as a touch.
	 */
	public synchronized TokenBucketState snapshot(long now) {
		this.context.refresh(now);
		return this.replica.state();
	}

	public synchronized @Nullable GCounter<Birth> consumedBelowFull(long now) {
		this.context.refresh(now);
		return (this.replica.isBelowFull() && this.replica.hasRoomToCount()) ? this.replica.consumed() : null;
	}

	public synchronized int entries() {
		return this.replica.entries();
	}

	public synchronized long level(long now) {
		this.context.refresh(now);
		return this.replica.level();
	}

	public synchronized int remembered() {
		return this.replica.remembered();
	}

	public synchronized long consumedHere() {
		return this.replica.consumedHere();
	}

	public synchronized long lag(long now) {
		return this.credit.lag(now);
	}

	public synchronized long estimatedBytes() {
		return EMPTY_BYTES + (long) ENTRY_BYTES * this.replica.state().size() + this.key.key().length();
	}

	public synchronized BucketStatus status(long now) {
		this.context.refresh(now);
		Limit current = this.replica.limit();
		long level = this.replica.level();
		long missing = Math.max(0, current.capacity() - level);
		long toNextToken = Math.min(missing, MicroTokens.PER_TOKEN - Math.floorMod(level, MicroTokens.PER_TOKEN));
		return new BucketStatus(current, this.key.key(), this.key.overflow(), level, this.rule.available(),
				this.replica.view().isAlone() ? 0 : this.credit.unacknowledged(), this.replica.consumedHere(),
				this.rule.line().size(), timeToAccrue(current, missing), timeToAccrue(current, toNextToken),
				this.replica.state());
	}

	private static Duration timeToAccrue(Limit limit, long amount) {
		return Duration.ofNanos(limit.refillRate().nanosToAccrue(amount));
	}

	/**
	 * A request uses the bucket.
	 * @return whether it may: not if the bucket is dropped
	 */
	@GuardedBy("this")
	private boolean use(long now) {
		if (this.activity.isDropped()) {
			return false;
		}
		touch(now);
		this.activity.use(now);
		return true;
	}

	@GuardedBy("this")
	private void touch(long now) {
		if (this.rejection != null) {
			this.rejection = null;
		}
		this.context.refresh(now);
		this.advances.refilled();
		// Where more buckets are touched than a tick looks at, it comes too late.
		this.replica.rememberIfOld(2 * this.context.syncIntervalNanos(), now);
		this.credit.shareIfOld(this.replica.view(), this.context.syncIntervalNanos(), now);
		this.activity.touch();
	}

}
