package io.openclaw.tokenbucket.limiter.bucket;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

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
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.RestingReplica;

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

	// As measured by BucketHeap.
	private static final int USED_BYTES = 1_200;

	private static final int RESTING_BYTES = 290;

	private static final int ENTRY_BYTES = 36;

	private final BucketKey key;

	private final Surroundings<Bucket> around;

	@GuardedBy("this")
	private final Activity<Bucket> activity;

	// None at rest.
	@GuardedBy("this")
	private @Nullable BucketParts parts;

	// Only at rest.
	@GuardedBy("this")
	private @Nullable RestingReplica resting;

	// The rules that it went by when it came to rest.
	@GuardedBy("this")
	private ContextStep step;

	// Written with the lock held. Whatever may end it but time and context forgets it.
	private volatile @Nullable StandingRejection rejection;

	public Bucket(BucketKey key, Surroundings<Bucket> around, ContextStep step, LocalReplica replica, long now) {
		this.key = key;
		this.around = around;
		this.step = step;
		this.activity = new Activity<>(this, key, around.queues(), now);
		this.parts = BucketParts.of(key, around, step, replica, this.activity);
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
		BucketParts used = use(now);
		if (used == null) {
			return null;
		}
		Decision decision = used.rule().decide(cost, used.context().consistency(), now);
		if (decision.outcome() == Outcome.REJECTED) {
			this.rejection = used.context().standing(decision, cost, now);
		}
		return decision;
	}

	/**
	 * Spends as many whole tokens as may be spent at once.
	 * @return {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Grant grant(long most, long now) {
		BucketParts used = use(now);
		return (used != null) ? used.rule().grant(most, used.context().consistency(), now) : null;
	}

	/**
	 * Decides by the level alone, without credit or a wait.
	 * @return the decision; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Decision decideOnLevel(long cost, long now) {
		BucketParts used = use(now);
		return (used != null) ? used.rule().decideOnLevel(cost, now) : null;
	}

	/**
	 * Takes an advance if the level allows it, without credit or a wait.
	 * @return the decision; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Decision takeOnLevel(Advance advance, long now) {
		Decision decision = decideOnLevel(advance.amount(), now);
		if (decision != null && decision.isAdmitted()) {
			parts().advances().take(advance);
		}
		return decision;
	}

	/**
	 * Admits a request that costs nothing, whatever the level is and whoever waits. The
	 * bucket is not used by it, and need not be held in memory.
	 */
	public synchronized Decision admitFree(long now) {
		return refreshed(now).rule().decision(Outcome.ADMITTED, Reason.CREDIT, 0);
	}

	/**
	 * Sets tokens aside for a request: at once, in the line, or not at all.
	 * @return the answer; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Answer reserve(Reservation reservation, long now) {
		BucketParts used = use(now);
		return (used != null) ? used.rule().reserve(reservation, used.context().consistency(), now) : null;
	}

	@Override
	public synchronized List<Notice> answerLine(long now) {
		if (this.parts == null || this.parts.rule().line().isEmpty()) {
			return List.of();
		}
		BucketParts touched = touch(now);
		return touched.rule().answerLine(touched.context().consistency(), now);
	}

	/**
	 * Begins to watch the line, unless somebody does or it is empty.
	 * @return when the request at its head has waited long enough, else {@code null}
	 */
	public synchronized @Nullable Long watch() {
		return (this.parts != null) ? this.parts.rule().line().watch() : null;
	}

	public synchronized void unwatch() {
		if (this.parts != null) {
			this.parts.rule().line().unwatch();
		}
	}

	public synchronized Decision commit(Reservation reservation, Reason reason, long now) {
		return touch(now).rule().commit(reservation, reason, now);
	}

	/**
	 * Consumes what a reservation holds, in advance of what the request will have cost.
	 */
	public synchronized Decision commit(Reservation reservation, Reason reason, Advance advance, long now) {
		Decision decision = commit(reservation, reason, now);
		parts().advances().take(advance);
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
		BucketParts used = use(now);
		return (used != null) ? used.advances().settle(advance, cost, now) : null;
	}

	/**
	 * Gives up what a reservation sets aside, if it still does, because another limit of
	 * the same request rejected it.
	 */
	public synchronized Decision release(Reservation reservation, long now) {
		this.rejection = null;
		parts().rule().line().close(reservation);
		return refuse(reservation.cost(), now);
	}

	/**
	 * Rejects on behalf of another limit, unless this one would have rejected as well.
	 */
	public synchronized Decision refuse(long cost, long now) {
		return refreshed(now).rule().refuse(cost);
	}

	public synchronized Decision waiting(long cost, long now) {
		return refreshed(now).rule().decision(Outcome.WAITING, Reason.UNACKNOWLEDGED, cost);
	}

	/**
	 * Gives tokens back, as far as they were spent and there is room.
	 * @return how many micro-tokens were given
	 */
	public synchronized long giveBack(long amount, long now) {
		return touch(now).rule().giveBack(amount, false);
	}

	/**
	 * Merges what a peer sent, but for what it can only have made up, unless both
	 * together are more than a bucket may count.
	 */
	public synchronized MergeResult merge(TokenBucketState remote, long now) {
		return touch(now).exchange().merge(remote, now);
	}

	public synchronized MergeResult restore(TokenBucketState saved, long now) {
		return touch(now).exchange().restore(saved, now);
	}

	public synchronized MergeResult restoreForAll(TokenBucketState saved, long now) {
		return touch(now).exchange().restoreForAll(saved, now);
	}

	/**
	 * The state to be sent in a batch, which from then on counts as published by it.
	 */
	public synchronized TokenBucketState publish(long batch, long now) {
		return touch(now).exchange().publish(batch, now);
	}

	public synchronized void acknowledge(long batch, long now) {
		touch(now).exchange().acknowledge(batch, now);
	}

	public synchronized void publishAgain() {
		if (replica().hasOwnEntries()) {
			this.activity.markDirty();
		}
	}

	/**
	 * Has the bucket published unless it is full.
	 */
	public synchronized void publishRefill(long now) {
		touch(now).exchange().publishRefill();
	}

	/**
	 * How many changes around the bucket it has yet to follow: each takes about as long
	 * as a merge.
	 */
	public synchronized long stepsBehind(long now) {
		ContextStep followed = (this.parts != null) ? this.parts.context().step() : this.step;
		return followed.stepsTo(this.around.limit().asOf(now));
	}

	/**
	 * Ends an interval in which the bucket was touched.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	public synchronized boolean tick(long now, long keepNanos) {
		BucketParts touched = touch(now);
		LocalReplica replica = touched.replica();
		replica.remember(now, keepNanos);
		touched.exchange().fold(now);
		touched.credit().share(replica.view(), now);
		return this.activity.tick(replica.state());
	}

	/**
	 * Follows what changed around the bucket, and drops it if a fresh one would equal it,
	 * otherwise what it remembers for longer than needed.
	 * @return whether it is dropped, for good
	 */
	public synchronized boolean dropIfFull(long now, long keepNanos) {
		RestingReplica replica = unchanged(now);
		if (replica == null || replica.mayBeFull(now)) {
			BucketParts refreshed = refreshed(now);
			refreshed.replica().forget(now, keepNanos);
			refreshed.credit().forgetFaded(now);
			if (this.activity.isIdle(IDLE_INTERVALS * this.around.limit().syncIntervalNanos(), now)) {
				endUse(refreshed);
			}
		}
		return this.activity.isDropped();
	}

	@GuardedBy("this")
	private void endUse(BucketParts used) {
		// What others spent so long ago, refill has made up for.
		used.peers().forget();
		if (!this.activity.isDirty() && used.isFull()) {
			drop();
		}
		else if (this.activity.hasSeenAll(used.replica().state())) {
			rest(used);
		}
	}

	@GuardedBy("this")
	private void rest(BucketParts used) {
		RestingReplica replica = used.rest();
		if (replica != null) {
			this.rejection = null;
			this.activity.see(TokenBucketState.empty());
			this.step = used.context().step();
			this.resting = replica;
			this.parts = null;
		}
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
		return seen(now).state();
	}

	public synchronized @Nullable GCounter<Birth> consumedBelowFull(long now) {
		LocalReplica replica = seen(now);
		return (replica.isBelowFull() && replica.hasRoomToCount()) ? replica.consumed() : null;
	}

	public synchronized int entries() {
		return replica().entries();
	}

	public synchronized long level(long now) {
		return seen(now).level();
	}

	public synchronized int remembered() {
		return replica().remembered();
	}

	public synchronized long consumedHere() {
		return (this.parts != null) ? this.parts.replica().consumedHere() : resting().consumedHere();
	}

	public synchronized long lag(long now) {
		return (this.parts != null) ? this.parts.credit().lag(now) : 0;
	}

	public synchronized long estimatedBytes() {
		long bytes = (this.parts != null) ? USED_BYTES + ENTRY_BYTES * (long) this.parts.replica().state().size()
				: RESTING_BYTES + resting().size();
		return bytes + this.key.key().length();
	}

	public synchronized BucketStatus status(long now) {
		BucketParts refreshed = refreshed(now);
		LocalReplica replica = refreshed.replica();
		Limit current = replica.limit();
		long level = replica.level();
		long missing = Math.max(0, current.capacity() - level);
		long toNextToken = Math.min(missing, MicroTokens.PER_TOKEN - Math.floorMod(level, MicroTokens.PER_TOKEN));
		return new BucketStatus(current, this.key.key(), this.key.overflow(), level, refreshed.rule().available(),
				replica.view().isAlone() ? 0 : refreshed.credit().unacknowledged(), replica.consumedHere(),
				refreshed.rule().line().size(), timeToAccrue(current, missing), timeToAccrue(current, toNextToken),
				replica.state());
	}

	private static Duration timeToAccrue(Limit limit, long amount) {
		return Duration.ofNanos(limit.refillRate().nanosToAccrue(amount));
	}

	/**
	 * A request uses the bucket.
	 * @return {@code null} if it may not, since the bucket is dropped
	 */
	@GuardedBy("this")
	private @Nullable BucketParts use(long now) {
		if (this.activity.isDropped()) {
			return null;
		}
		BucketParts touched = touch(now);
		this.activity.use(now);
		return touched;
	}

	@GuardedBy("this")
	private BucketParts touch(long now) {
		if (this.rejection != null) {
			this.rejection = null;
		}
		BucketParts refreshed = refreshed(now);
		long syncIntervalNanos = this.around.limit().syncIntervalNanos();
		refreshed.advances().refilled();
		// Where more buckets are touched than a tick looks at, it comes too late.
		refreshed.replica().rememberIfOld(2 * syncIntervalNanos, now);
		refreshed.credit().shareIfOld(refreshed.replica().view(), syncIntervalNanos, now);
		this.activity.touch();
		return refreshed;
	}

	/**
	 * Brings the bucket up to now.
	 */
	@GuardedBy("this")
	private BucketParts refreshed(long now) {
		BucketParts current = parts();
		current.context().refresh(now);
		return current;
	}

	@GuardedBy("this")
	private BucketParts parts() {
		BucketParts current = this.parts;
		return (current != null) ? current : wake();
	}

	@GuardedBy("this")
	private BucketParts wake() {
		LocalReplica replica = replica();
		BucketParts woken = BucketParts.of(this.key, this.around, this.step, replica, this.activity);
		this.activity.see(replica.state());
		this.parts = woken;
		this.resting = null;
		return woken;
	}

	/**
	 * The replica up to now, of a bucket at rest only to be looked at.
	 */
	@GuardedBy("this")
	private LocalReplica seen(long now) {
		if (unchanged(now) == null) {
			return refreshed(now).replica();
		}
		LocalReplica replica = replica();
		replica.settle(now);
		return replica;
	}

	/**
	 * What is at rest since nothing changed around the bucket.
	 */
	@GuardedBy("this")
	private @Nullable RestingReplica unchanged(long now) {
		return (this.parts == null && this.around.limit().isUnchangedSince(this.step, now)) ? this.resting : null;
	}

	@GuardedBy("this")
	private LocalReplica replica() {
		return (this.parts != null) ? this.parts.replica() : resting().wake(this.step.limit(), this.step.view());
	}

	@GuardedBy("this")
	private RestingReplica resting() {
		return Objects.requireNonNull(this.resting);
	}

}
