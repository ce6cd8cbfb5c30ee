package io.openclaw.tokenbucket.limiter;

import java.util.Collection;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;
import io.openclaw.tokenbucket.limiter.bucket.Bucket;
import io.openclaw.tokenbucket.limiter.bucket.BucketQueues;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.CurrentMembership;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.limiter.port.DriftListener;
import io.openclaw.tokenbucket.limiter.port.MergeListener;
import io.openclaw.tokenbucket.limiter.port.ReplicationSignal;
import io.openclaw.tokenbucket.limiter.port.SpendingListener;
import io.openclaw.tokenbucket.limiter.port.UnsavedBuckets;
import io.openclaw.tokenbucket.limiter.store.LimitChanges;
import io.openclaw.tokenbucket.limiter.store.LimitRegistry;
import io.openclaw.tokenbucket.limiter.store.RecentDrops;
import io.openclaw.tokenbucket.limiter.store.Upkeep;

/**
 * All buckets of this member, with their limits and the members that share them.
 * Thread-safe, except that {@link #membershipChanged}, {@link #tick} and
 * {@link #acknowledgeAlone} are for one replicating thread. Times are nanoseconds of the
 * clock of the limiter.
 */
public final class BucketStore {

	private final CurrentMembership members;

	private final BucketQueues<Bucket> queues = new BucketQueues<>();

	private final LimitRegistry limits;

	private final LimitChanges changes;

	private final AdaptiveLimits adaptive;

	private final RecentDrops dropped = new RecentDrops();

	private final Upkeep upkeep;

	private final Replicas replicas;

	/**
	 * Creates an empty store whose member is alone.
	 * @param self this member
	 * @param policies the limits
	 * @param settings bounds and intervals
	 * @param clock the clock
	 */
	public BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock) {
		this(self, policies, settings, clock, Upkeep.SLICE);
	}

	/**
	 * Creates an empty store whose member is alone.
	 * @param sweptAtOnce how many buckets a tick looks at in order to drop those that are
	 * full and idle; with none, no bucket is ever dropped
	 */
	BucketStore(MemberId self, Collection<LimitPolicy> policies, LimiterSettings settings, NanoClock clock,
			int sweptAtOnce) {
		long now = clock.nanoTime();
		this.members = new CurrentMembership(self, now);
		this.limits = new LimitRegistry(this.members, settings, this.queues);
		this.changes = new LimitChanges(this.limits, this.queues);
		this.adaptive = new AdaptiveLimits(this.limits, this.changes);
		UnsavedBuckets unsaved = new UnsavedBuckets();
		this.upkeep = new Upkeep(this.limits, this.members, this.queues, unsaved, this.dropped, sweptAtOnce);
		this.replicas = new Replicas(this.limits, this.members, this.queues, this.upkeep, unsaved);
		policies.forEach((policy) -> this.limits.add(policy, now));
	}

	/**
	 * The limits.
	 * @return those configured here and those adopted from others
	 */
	public LimitRegistry limits() {
		return this.limits;
	}

	/**
	 * What changes the limits while requests run.
	 * @return the changes
	 */
	public LimitChanges changes() {
		return this.changes;
	}

	/**
	 * The buckets as others are told of them.
	 * @return all of them
	 */
	public Replicas replicas() {
		return this.replicas;
	}

	/**
	 * The limits whose refill rates follow their upstreams.
	 * @return none unless configured
	 */
	public AdaptiveLimits adaptive() {
		return this.adaptive;
	}

	/**
	 * This member.
	 * @return its id
	 */
	public MemberId self() {
		return this.members.self();
	}

	/**
	 * Sets who is told what the request path wants.
	 * @param replicationSignal replaces the one before
	 */
	public void signalTo(ReplicationSignal replicationSignal) {
		this.queues.signalTo(replicationSignal);
	}

	/**
	 * Sets who is told of spending beyond the rules.
	 * @param listener replaces the one before
	 */
	public void reportDriftTo(DriftListener listener) {
		this.queues.reportDriftTo(listener);
	}

	/**
	 * Sets who is told of merges that brought news.
	 * @param listener replaces the one before
	 */
	public void reportMergesTo(MergeListener listener) {
		this.queues.reportMergesTo(listener);
	}

	/**
	 * Sets who is told of everything that this member consumes.
	 * @param listener replaces the one before
	 */
	public void reportSpendingTo(SpendingListener listener) {
		this.queues.reportSpendingTo(listener);
	}

	/**
	 * The members as they are now, deadlines that have passed included.
	 * @param now the current time
	 * @return the view
	 */
	public MembershipView view(long now) {
		return this.members.asOf(now).view();
	}

	/**
	 * Takes over a new view of the members. If it says anything new, requests that wait
	 * are decided anew, and other buckets follow when they are used, or a few at each
	 * tick. A view of another id, of the same node and not counted yet, has this process
	 * go on under it: what it spent stays spent.
	 * @param newView the view
	 * @param now the current time
	 */
	public void membershipChanged(MembershipView newView, long now) {
		MembershipView before = this.members.asOf(now).view();
		boolean changed = !newView.agreesWith(before);
		if (changed) {
			// A loss that the requests of one limit noticed is not skipped by the others.
			this.changes.followMembers(now);
		}
		this.members.replace(newView);
		if (changed) {
			this.upkeep.membershipChanged(before, newView, now);
			this.changes.followMembers(now);
		}
	}

	/**
	 * How many buckets are held.
	 * @return the number, not negative
	 */
	public int size() {
		return Math.toIntExact(this.limits.count());
	}

	/**
	 * About how much memory all buckets take, from a sample of them.
	 * @return bytes, not negative
	 */
	public long estimatedBytes() {
		return this.limits.all().stream().mapToLong((limit) -> limit.table().estimatedBytes()).sum();
	}

	/**
	 * Counts what was spent as published and acknowledged, where nobody is there to do
	 * so.
	 * @param now the current time
	 */
	public void acknowledgeAlone(long now) {
		this.upkeep.acknowledgeAlone(now);
	}

	/**
	 * Ends a sync interval: remembers the state of buckets that were touched, and drops
	 * some of those that are full. Some time after all are heard again, or another member
	 * is counted, every bucket is published: so all learn what each accrued in between.
	 * @param now the current time
	 */
	public void tick(long now) {
		this.upkeep.tick(now);
	}

	/**
	 * Ends the last sync interval, before what is unsaved is saved for the last time.
	 * Looks at every bucket that was touched: not for a member that still decides.
	 * @param now the current time
	 */
	public void finish(long now) {
		this.upkeep.finish(now);
	}

	RecentDrops dropped() {
		return this.dropped;
	}

	ReplicationSignal signal() {
		return this.queues.signal();
	}

}
