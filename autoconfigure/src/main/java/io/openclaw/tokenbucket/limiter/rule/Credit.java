package io.openclaw.tokenbucket.limiter.rule;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * The tokens of one bucket that this member may spend before its peers acknowledge: its
 * fair share, less what it has spent that they have not. Amounts are micro-tokens, times
 * nanoseconds of one clock. Mutable, confined to its bucket.
 */
public final class Credit {

	// Of the capacity: unpublished spending beyond it is worth a batch of its own.
	private static final int FLUSH_DIVISOR = 100;

	private long capacity;

	private final Demand demand = new Demand();

	// None while everything is acknowledged, as in most of a million buckets.
	private @Nullable UnacknowledgedSpending spending;

	// None while there is no demand to share by, and then the same for all that are
	// heard.
	private @Nullable FairShare share;

	private long sharedAt;

	public Credit(long capacity, MembershipView view) {
		this.capacity = capacity;
		share(view, view.sinceNanos());
	}

	/**
	 * Is of a bucket of another capacity, and is to be shared anew.
	 */
	public void resize(long newCapacity) {
		this.capacity = newCapacity;
	}

	/**
	 * Whether a cost may be spent now. With nothing unacknowledged one request always
	 * may, and alone there is nobody to acknowledge.
	 * @param available spendable micro-tokens
	 * @param held what kept reservations ahead will still spend
	 */
	boolean covers(long cost, long available, long held, MembershipView view) {
		return view.isAlone() || unacknowledged() + held == 0 || cost <= left(available, held, view);
	}

	/**
	 * What is left of the fair share.
	 * @param available spendable micro-tokens
	 * @param held what kept reservations ahead will still spend
	 * @return possibly negative; all that is available to a member that is alone
	 */
	long left(long available, long held, MembershipView view) {
		if (view.isAlone()) {
			return available;
		}
		long unacknowledged = unacknowledged() + held;
		FairShare current = (this.share != null) ? this.share
				: FairShare.of(this.demand, view, this.capacity, this.sharedAt);
		return (long) current.of(available + unacknowledged) - unacknowledged;
	}

	public void spend(long amount, long now) {
		if (this.spending == null) {
			this.spending = new UnacknowledgedSpending();
		}
		this.spending.spend(amount, now);
	}

	public boolean isWorthFlushing() {
		return isWorthFlushing((this.spending != null) ? this.spending.unpublished() : 0);
	}

	/**
	 * Whether others must know of so much at once.
	 */
	public boolean isWorthFlushing(long amount) {
		return amount > this.capacity / FLUSH_DIVISOR;
	}

	public void publish(long batch, long now) {
		if (this.spending != null) {
			this.spending.publish(batch, now);
		}
	}

	public void acknowledge(long batch, MembershipView view, long now) {
		if (this.spending != null && this.spending.acknowledge(batch, this.demand, view.self())) {
			share(view, now);
		}
		if (isAcknowledged()) {
			this.spending = null;
		}
	}

	public void learn(MemberId member, long amount, long now) {
		this.demand.add(member, amount, now);
	}

	/**
	 * Divides anew, since demand or the members changed.
	 */
	public void share(MembershipView view, long now) {
		this.demand.retain(view::counts);
		this.share = FairShare.of(this.demand, view, this.capacity, now);
		this.sharedAt = now;
	}

	/**
	 * Divides anew if demand may have faded noticeably since it last was.
	 */
	public void shareIfOld(MembershipView view, long shareForNanos, long now) {
		if (now - this.sharedAt > shareForNanos) {
			share(view, now);
		}
	}

	/**
	 * Forgets demand of which nothing is left: most of a million buckets are at rest.
	 */
	public void forgetFaded(long now) {
		this.demand.forgetFaded(1, now);
		if (this.demand.isEmpty() && isAcknowledged()) {
			this.share = null;
		}
	}

	/**
	 * Whether nothing is remembered: all is acknowledged, and demand has faded.
	 */
	public boolean isAtRest() {
		return this.share == null && isAcknowledged();
	}

	public boolean isAcknowledged() {
		return this.spending == null || this.spending.isAcknowledged();
	}

	public long unacknowledged() {
		return (this.spending != null) ? this.spending.unacknowledged() : 0;
	}

	public long lag(long now) {
		return (this.spending != null) ? this.spending.lag(now) : 0;
	}

}
