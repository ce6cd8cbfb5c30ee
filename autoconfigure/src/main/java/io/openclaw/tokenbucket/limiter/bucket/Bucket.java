package io.openclaw.tokenbucket.limiter.bucket;

import java.util.List;
import java.util.function.ObjLongConsumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
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
 * {@link MergeListener#onMerge},
 * {@link io.openclaw.tokenbucket.limiter.limit.FallbackQuota#of} and who is passed what
 * was consumed: they return at once and ask nothing of a bucket. News for waiting
 * requests is returned, and delivered without the lock.
 */
public final class Bucket implements Line {

	private final BucketKey key;

	@GuardedBy("this")
	private final RestableParts parts;

	// Written with the lock held. Whatever may end it but time and context forgets it.
	private volatile @Nullable StandingRejection rejection;

	public Bucket(BucketKey key, Surroundings<Bucket> around, ContextStep step, LocalReplica replica, long now) {
		this.key = key;
		this.parts = new RestableParts(around, new Activity<>(this, around.queues(), now), step, replica, now);
	}

	@Override
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
		BucketParts used = changing().useFor(cost, now);
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
		BucketParts used = changing().use(now);
		return (used != null) ? used.rule().grant(most, used.context().consistency(), now) : null;
	}

	/**
	 * Decides by the level alone, without credit or a wait.
	 * @return the decision; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Decision decideOnLevel(long cost, long now) {
		BucketParts used = changing().use(now);
		return (used != null) ? used.rule().decideOnLevel(cost, now) : null;
	}

	/**
	 * Takes an advance if the level allows it, without credit or a wait.
	 * @return the decision; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Decision takeOnLevel(Advance advance, long now) {
		Decision decision = decideOnLevel(advance.amount(), now);
		if (decision != null && decision.isAdmitted()) {
			this.parts.used().advances().take(advance);
		}
		return decision;
	}

	/**
	 * Admits a request that costs nothing, whatever the level is and whoever waits. The
	 * bucket is not used by it, and need not be held in memory.
	 */
	public synchronized Decision admitFree(long now) {
		return this.parts.refreshed(now).rule().decision(Outcome.ADMITTED, Reason.CREDIT, 0);
	}

	/**
	 * Sets tokens aside for a request: at once, in the line, or not at all.
	 * @return the answer; {@code null} if the bucket is dropped
	 */
	public synchronized @Nullable Answer reserve(Reservation reservation, long now) {
		BucketParts used = changing().use(now);
		return (used != null) ? used.rule().reserve(reservation, used.context().consistency(), now) : null;
	}

	@Override
	public synchronized List<Notice> answerLine(long now) {
		BucketParts used = this.parts.ifUsed();
		if (used == null || used.rule().line().isEmpty()) {
			return List.of();
		}
		BucketParts touched = changing().touchToDecide(now);
		return touched.rule().answerLine(touched.context().consistency(), now);
	}

	/**
	 * Begins to watch the line, unless somebody does or it is empty.
	 * @return when the request at its head has waited long enough, else {@code null}
	 */
	public synchronized @Nullable Long watch() {
		BucketParts used = this.parts.ifUsed();
		return (used != null) ? used.rule().line().watch() : null;
	}

	public synchronized void unwatch() {
		BucketParts used = this.parts.ifUsed();
		if (used != null) {
			used.rule().line().unwatch();
		}
	}

	public synchronized Decision commit(Reservation reservation, Reason reason, long now) {
		return changing().touchToDecide(now).rule().commit(reservation, reason, now);
	}

	/**
	 * Consumes what a reservation holds, in advance of what the request will have cost.
	 */
	public synchronized Decision commit(Reservation reservation, Reason reason, Advance advance, long now) {
		Decision decision = commit(reservation, reason, now);
		this.parts.used().advances().take(advance);
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
		BucketParts used = changing().use(now);
		return (used != null) ? used.advances().settle(advance, cost, now) : null;
	}

	/**
	 * Gives up what a reservation sets aside, if it still does, because another limit of
	 * the same request rejected it.
	 */
	public synchronized Decision release(Reservation reservation, long now) {
		changing().used().rule().line().close(reservation);
		return refuse(reservation.cost(), now);
	}

	/**
	 * Rejects on behalf of another limit, unless this one would have rejected as well.
	 */
	public synchronized Decision refuse(long cost, long now) {
		return this.parts.refreshed(now).rule().refuse(cost);
	}

	public synchronized Decision waiting(long cost, long now) {
		return this.parts.refreshed(now).rule().decision(Outcome.WAITING, Reason.UNACKNOWLEDGED, cost);
	}

	/**
	 * Gives tokens back, as far as they were spent and there is room.
	 * @return how many micro-tokens were given
	 */
	public synchronized long giveBack(long amount, long now) {
		return changing().touch(now).rule().giveBack(amount, false);
	}

	/**
	 * Merges what a peer sent, but for what it can only have made up, unless both
	 * together are more than a bucket may count.
	 */
	public synchronized MergeResult merge(TokenBucketState remote, long now) {
		return changing().touch(now).exchange().merge(remote, now);
	}

	public synchronized MergeResult restore(TokenBucketState saved, long now) {
		return changing().touch(now).exchange().restore(saved, now);
	}

	public synchronized MergeResult restoreForAll(TokenBucketState saved, long now) {
		return changing().touch(now).exchange().restoreForAll(saved, now);
	}

	/**
	 * The state to be sent in a batch, which from then on counts as published by it.
	 */
	public synchronized TokenBucketState publish(long batch, long now) {
		return changing().refreshed(now).exchange().publish(batch, now);
	}

	public synchronized void acknowledge(long batch, long now) {
		changing().refreshed(now).exchange().acknowledge(batch, now);
	}

	public synchronized void publishAgain() {
		if (this.parts.replica().hasOwnEntries()) {
			this.parts.activity().markDirty();
		}
	}

	/**
	 * Has the bucket published unless it is full.
	 */
	public synchronized void publishRefill(long now) {
		changing().touch(now).exchange().publishRefill();
	}

	/**
	 * How many changes around the bucket it has yet to follow: each takes about as long
	 * as a merge.
	 */
	public synchronized long stepsBehind(long now) {
		return this.parts.stepsBehind(now);
	}

	/**
	 * Ends an interval in which the bucket was touched.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	public synchronized boolean tick(long now, long keepNanos) {
		return changing().tick(now, keepNanos);
	}

	/**
	 * Follows what changed around the bucket, and forgets what it remembers for longer
	 * than needed. A bucket that is idle is dropped if a fresh one would equal it, or
	 * packed if that loses nothing.
	 * @return whether it is dropped, for good
	 */
	public synchronized boolean sweep(long now, long keepNanos) {
		changing().sweep(now, keepNanos);
		return isDropped();
	}

	/**
	 * Drops the bucket for good, whatever is in it.
	 */
	public synchronized void drop() {
		changing().activity().drop();
	}

	/**
	 * Whether the bucket was dropped: what is merged into it then is lost.
	 */
	public synchronized boolean isDropped() {
		return this.parts.activity().isDropped();
	}

	/**
	 * The state as it is. Does not count as a touch.
	 */
	public synchronized TokenBucketState snapshot(long now) {
		return this.parts.seen(now).state();
	}

	/**
	 * The state as it is. Does not count as a touch.
	 * @return {@code null} if all are heard and a fresh bucket would equal this one
	 */
	public synchronized @Nullable TokenBucketState snapshotUnlessFull(long now) {
		LocalReplica replica = this.parts.seen(now);
		return (replica.view().isComplete() && replica.isFull()) ? null : replica.state();
	}

	/**
	 * Passes what was consumed under each birth, unless the bucket is full. Does not
	 * count as a touch.
	 * @param each is called with the lock held
	 */
	public synchronized void consumedBelowFull(long now, ObjLongConsumer<Birth> each) {
		this.parts.consumedBelowFull(now, each);
	}

	public synchronized int entries() {
		return this.parts.replica().entries();
	}

	public synchronized long level(long now) {
		return this.parts.seen(now).level();
	}

	public synchronized int remembered() {
		return this.parts.replica().remembered();
	}

	public synchronized long consumedHere() {
		return this.parts.consumedHere();
	}

	public synchronized long lag(long now) {
		BucketParts used = this.parts.ifUsed();
		return (used != null) ? used.credit().lag(now) : 0;
	}

	public synchronized long estimatedBytes() {
		return this.parts.estimatedBytes() + this.key.key().length();
	}

	public synchronized BucketStatus status(long now) {
		return this.parts.refreshed(now).status(this.key);
	}

	/**
	 * The parts, for whatever may end a rejection that holds.
	 */
	@GuardedBy("this")
	private RestableParts changing() {
		if (this.rejection != null) {
			this.rejection = null;
		}
		return this.parts;
	}

}
