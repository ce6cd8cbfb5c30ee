package io.openclaw.tokenbucket.limiter.bucket;

import java.util.Objects;
import java.util.function.ObjLongConsumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.RestingReplica;

/**
 * The parts of a bucket, which it has while it is in use, or its packed replica, which is
 * all of it at rest. Whoever uses the bucket wakes it; who only looks at it does not.
 * Amounts are micro-tokens, times nanoseconds of one clock. Mutable, confined to its
 * bucket.
 */
final class RestableParts {

	// Any use at any member is soon known to all: so they drop a bucket at nearly the
	// same time, and births do not pile up at those that still hold it when it is used
	// again.
	private static final int IDLE_INTERVALS = 50;

	// Less than what anybody sees of a refill; requests of one hot key come closer.
	private static final long JUST_NANOS = 1_000;

	// As measured by BucketHeap.
	private static final int USED_BYTES = 1_200;

	private static final int RESTING_BYTES = 300;

	private static final int ENTRY_BYTES = 36;

	private final Surroundings<?> around;

	private final Activity<?> activity;

	// None at rest.
	private @Nullable BucketParts used;

	// Only at rest.
	private @Nullable RestingReplica resting;

	// The rules that it went by when it came to rest.
	private ContextStep step;

	// When the parts were last brought up to now for a decision: who only looks at them
	// divides nothing anew, and remembers nothing.
	private long decidedAt;

	RestableParts(Surroundings<?> around, Activity<?> activity, ContextStep step, LocalReplica replica, long now) {
		this.around = around;
		this.decidedAt = now - JUST_NANOS;
		this.activity = activity;
		this.step = step;
		this.used = BucketParts.of(activity.key(), around, step, replica, activity);
	}

	Activity<?> activity() {
		return this.activity;
	}

	/**
	 * The parts as they are; {@code null} at rest.
	 */
	@Nullable BucketParts ifUsed() {
		return this.used;
	}

	/**
	 * The parts as they are.
	 */
	BucketParts used() {
		BucketParts current = this.used;
		return (current != null) ? current : wake();
	}

	private BucketParts wake() {
		BucketParts woken = BucketParts.of(this.activity.key(), this.around, this.step, replica(), this.activity);
		this.used = woken;
		this.resting = null;
		return woken;
	}

	/**
	 * The parts brought up to now. What is only told, or known by others as well, leaves
	 * nothing to a tick.
	 */
	BucketParts refreshed(long now) {
		BucketParts current = used();
		current.context().refresh(now);
		return current;
	}

	/**
	 * The parts brought up to now, for something that a tick must look at.
	 */
	BucketParts touch(long now) {
		BucketParts refreshed = refreshed(now);
		// Where more buckets are touched than a tick looks at, it comes too late.
		refreshed.replica().rememberIfOld(2 * this.around.limit().syncIntervalNanos(), now);
		return touched(refreshed);
	}

	private BucketParts touched(BucketParts current) {
		current.advances().refilled();
		this.activity.touch();
		return current;
	}

	/**
	 * The parts brought up to now, for a decision by the share of now.
	 */
	BucketParts touchToDecide(long now) {
		BucketParts touched = touch(now);
		this.decidedAt = now;
		touched.credit().shareIfOld(touched.replica().view(), this.around.limit().syncIntervalNanos(), now);
		return touched;
	}

	/**
	 * The parts brought up to now, for a request.
	 * @return {@code null} if it may not use the bucket, since that is dropped
	 */
	@Nullable BucketParts use(long now) {
		return this.activity.isDropped() ? null : inUse(touchToDecide(now), now);
	}

	/**
	 * The parts for a request of a cost: brought up to now unless they just were for
	 * another, and there is enough. So requests of one hot key do not refill it each.
	 * @return {@code null} if it may not use the bucket, since that is dropped
	 */
	@Nullable BucketParts useFor(long cost, long now) {
		BucketParts current = this.used;
		if (current != null && sharesRefill(current, cost, now)) {
			return inUse(touched(current), now);
		}
		return use(now);
	}

	private boolean sharesRefill(BucketParts current, long cost, long now) {
		return Math.abs(now - this.decidedAt) < JUST_NANOS && !this.activity.isDropped() && current.stillHas(cost, now);
	}

	private BucketParts inUse(BucketParts touched, long now) {
		this.activity.use(now);
		return touched;
	}

	boolean tick(long now, long keepNanos) {
		BucketParts refreshed = refreshed(now);
		refreshed.advances().refilled();
		boolean isNews = refreshed.tick(now, keepNanos);
		this.activity.tick();
		return isNews;
	}

	/**
	 * Follows what changed around the bucket. If nobody used it for long, forgets what is
	 * remembered for longer than needed, and drops it or packs it.
	 */
	void sweep(long now, long keepNanos) {
		RestingReplica unchanged = unchanged(now);
		if (unchanged != null && !unchanged.mayBeFull(now)) {
			return;
		}
		boolean idle = this.activity.isIdle(IDLE_INTERVALS * this.around.limit().syncIntervalNanos(), now);
		BucketParts current = this.used;
		if (!idle && current != null && this.around.limit().isUnchangedSince(current.context().step(), now)) {
			return;
		}
		BucketParts refreshed = refreshed(now);
		refreshed.replica().forget(now, keepNanos);
		refreshed.credit().forgetFaded(now);
		if (idle) {
			endUse(refreshed);
		}
	}

	private void endUse(BucketParts idle) {
		// What others spent so long ago, refill has made up for.
		idle.peers().forget();
		if (!this.activity.isDirty() && idle.isFull()) {
			this.activity.drop();
			return;
		}
		RestingReplica packed = idle.rest(this.around.members());
		if (packed != null) {
			this.step = idle.context().step();
			this.resting = packed;
			this.used = null;
		}
	}

	/**
	 * The replica as it is, of a bucket at rest only to be looked at.
	 */
	LocalReplica replica() {
		return (this.used != null) ? this.used.replica() : resting().wake(this.step.limit(), this.step.view());
	}

	/**
	 * The replica up to now, of a bucket at rest only to be looked at.
	 */
	LocalReplica seen(long now) {
		if (unchanged(now) == null) {
			return refreshed(now).replica();
		}
		LocalReplica replica = replica();
		replica.settle(now);
		return replica;
	}

	void consumedBelowFull(long now, ObjLongConsumer<Birth> each) {
		RestingReplica unchanged = unchanged(now);
		if (unchanged != null && !unchanged.mayBeFull(now)) {
			unchanged.consumed(each);
			return;
		}
		LocalReplica replica = seen(now);
		if (replica.isBelowFull() && replica.hasRoomToCount()) {
			replica.consumed().forEach(each);
		}
	}

	/**
	 * What is at rest since nothing changed around the bucket.
	 */
	private @Nullable RestingReplica unchanged(long now) {
		return (this.used == null && this.around.limit().isUnchangedSince(this.step, now)) ? this.resting : null;
	}

	long stepsBehind(long now) {
		ContextStep followed = (this.used != null) ? this.used.context().step() : this.step;
		return followed.stepsTo(this.around.limit().asOf(now));
	}

	long consumedHere() {
		return (this.used != null) ? this.used.replica().consumedHere() : resting().consumedHere();
	}

	long estimatedBytes() {
		return (this.used != null) ? USED_BYTES + ENTRY_BYTES * (long) this.used.replica().state().size()
				: RESTING_BYTES + resting().size();
	}

	private RestingReplica resting() {
		return Objects.requireNonNull(this.resting);
	}

}
