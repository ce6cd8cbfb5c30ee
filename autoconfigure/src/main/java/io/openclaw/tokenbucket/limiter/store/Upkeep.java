package io.openclaw.tokenbucket.limiter.store;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.Queue;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.bucket.Line;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;

/**
 * Maintains buckets at the end of each sync interval, in slices. Mutable, for the
 * replicating thread.
 */
public final class Upkeep {

	/**
	 * The buckets that one kind of work takes in a tick, a few milliseconds: fewer where
	 * they have yet to follow changes, each of which counts as a bucket.
	 */
	public static final int SLICE = 5_000;

	// Ticks that come more often take fewer each, where nobody waits for the rest.
	private static final long SLICE_NANOS = 200_000_000L;

	// Of a bucket: if all counted, buckets could fall behind faster than they follow.
	private static final long MOST_STEPS_COUNTED = 40;

	// Snapshots may be asked for as far back as a member may be silent and still count as
	// heard, which is at most three seconds.
	private static final long LONGEST_BOUND_NANOS = 3_000_000_000L;

	private static final int REUNION_INTERVALS = 3;

	private final LimitRegistry limits;

	private final CurrentMembership members;

	private final BucketQueues<Bucket> queues;

	private final UnsavedBuckets unsaved;

	private final RecentDrops dropped;

	private final int sweptAtOnce;

	private Iterator<Bucket> swept = Collections.emptyIterator();

	private Iterator<Bucket> told = Collections.emptyIterator();

	private Iterator<Bucket> publishedAgain = Collections.emptyIterator();

	private @Nullable Long reunitedAt;

	/**
	 * Creates the upkeep.
	 * @param dropped remembers those that were dropped
	 * @param sweptAtOnce how many buckets a tick checks in order to drop full and idle
	 * ones; with zero, no bucket is ever dropped
	 */
	public Upkeep(LimitRegistry limits, CurrentMembership members, BucketQueues<Bucket> queues, UnsavedBuckets unsaved,
			RecentDrops dropped, int sweptAtOnce) {
		this.limits = limits;
		this.members = members;
		this.queues = queues;
		this.unsaved = unsaved;
		this.dropped = dropped;
		this.sweptAtOnce = sweptAtOnce;
	}

	/**
	 * The members changed. Every bucket is published some time after all are heard again,
	 * or after a new member is counted. So all learn the refill that each accrued in
	 * between. By then the others hear all as well, so no further difference arises.
	 */
	public void membershipChanged(MembershipView before, MembershipView after, long now) {
		if (bringsTogether(before, after)) {
			this.reunitedAt = now + REUNION_INTERVALS * this.limits.syncIntervalNanos();
		}
	}

	// A joiner misses the refill between its copy of the state and its count as a member.
	// One of the others has to send it.
	private boolean bringsTogether(MembershipView before, MembershipView after) {
		if (!after.isComplete() || before.isJoining()) {
			return false;
		}
		boolean joined = after.size() > before.size() && before.heard().get(0).equals(this.members.self());
		return !before.isComplete() || joined;
	}

	public void publishAllAgain() {
		this.publishedAgain = this.limits.buckets();
		publishAgain();
	}

	private void publishAgain() {
		for (int left = SLICE; left > 0 && this.publishedAgain.hasNext(); left--) {
			this.publishedAgain.next().publishAgain();
		}
	}

	public void acknowledgeAlone(long now) {
		drain(this.queues.dirty(), SLICE, (bucket) -> {
			bucket.publish(Long.MAX_VALUE, now);
			bucket.acknowledge(Long.MAX_VALUE, now);
		}, now);
	}

	/**
	 * Ends a sync interval: remembers the state of buckets that were touched, and drops
	 * some of those that are full.
	 */
	public void tick(long now) {
		publishAgain();
		tellRefill(now);
		endInterval(SLICE, now);
		sweep(now, keepNanos());
		this.queues.drift().onTick(now);
	}

	/**
	 * Ends the last sync interval for all touched buckets, without a bound.
	 */
	public void finish(long now) {
		endInterval(Integer.MAX_VALUE, now);
	}

	private void endInterval(int most, long now) {
		long keepNanos = keepNanos();
		drain(this.queues.touched(), most, (bucket) -> {
			if (bucket.tick(now, keepNanos)) {
				this.unsaved.add(bucket.key());
			}
			Line.serve(bucket, now);
		}, now);
	}

	private long keepNanos() {
		return LONGEST_BOUND_NANOS + 2 * this.limits.syncIntervalNanos();
	}

	// Each member tells everything, and merges what all others tell: the more they are,
	// the slower.
	private void tellRefill(long now) {
		MembershipView view = this.members.asOf(now).view();
		if (this.reunitedAt != null && now - this.reunitedAt >= 0 && view.isComplete()) {
			this.reunitedAt = null;
			this.told = this.limits.buckets();
		}
		visit(this.told, inInterval(Math.max(1, SLICE / view.size())), (bucket) -> bucket.publishRefill(now), now);
	}

	private int inInterval(int most) {
		long nanos = Math.min(SLICE_NANOS, this.limits.syncIntervalNanos());
		return (int) ((most * nanos + SLICE_NANOS - 1) / SLICE_NANOS);
	}

	private void sweep(long now, long keepNanos) {
		if (!this.swept.hasNext()) {
			this.swept = this.limits.buckets();
		}
		visit(this.swept, inInterval(this.sweptAtOnce), (bucket) -> {
			if (bucket.sweep(now, keepNanos)) {
				this.limits.forget(bucket);
				this.unsaved.add(bucket.key());
				this.dropped.add(bucket.key(), now);
			}
		}, now);
	}

	private static long work(Bucket bucket, long now) {
		return 1 + Math.min(MOST_STEPS_COUNTED, bucket.stepsBehind(now));
	}

	private static void visit(Iterator<Bucket> buckets, int most, Consumer<Bucket> action, long now) {
		for (long left = most; left > 0 && buckets.hasNext();) {
			Bucket bucket = buckets.next();
			left -= work(bucket, now);
			action.accept(bucket);
		}
	}

	// Buckets that are added meanwhile wait for the next time. One with a line is added
	// again each time that the line is served.
	private static void drain(Queue<Bucket> buckets, int most, Consumer<Bucket> action, long now) {
		Queue<Bucket> taken = new ArrayDeque<>();
		for (Bucket next = buckets.poll(); next != null; next = (taken.size() < most) ? buckets.poll() : null) {
			taken.add(next);
		}
		try {
			for (long left = most; left > 0 && !taken.isEmpty();) {
				Bucket bucket = taken.remove();
				left -= work(bucket, now);
				action.accept(bucket);
			}
		}
		finally {
			// What is left if one of them failed, or many had much to follow.
			buckets.addAll(taken);
		}
	}

}
