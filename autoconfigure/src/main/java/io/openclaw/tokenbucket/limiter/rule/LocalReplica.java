package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.Refill;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * This member's replica of one bucket: the replicated state with its refill, and how much
 * of its level may be spent here. Amounts are micro-tokens, times nanoseconds of one
 * clock. Mutable, confined to its bucket.
 */
public final class LocalReplica {

	// As a rule it takes less.
	private static final long JOINING_NANOS = 1_000_000_000;

	private static final long SECOND_NANOS = 1_000_000_000;

	private Limit limit;

	private Birth birth;

	private final long marginNanos;

	private final Refill refill;

	private final Reserve reserve = new Reserve();

	private MembershipView view;

	private TokenBucketState state = TokenBucketState.empty();

	// What the state does not contain yet, so that a request allocates no state.
	private long grantedToEach;

	private long grantedToFirst;

	private long consumed;

	private long level;

	private long reserved;

	private long consumedHere;

	private long settledAt;

	private long joiningSince;

	// What others did not grant as well, and have not been told.
	private long grantedApart;

	private final MissedRefill missedRefill = new MissedRefill();

	private final Excess excess = new Excess();

	/**
	 * Creates the replica of a bucket that is new here.
	 * @param limit the limit
	 * @param birth what this member counts its spending under
	 * @param view the members
	 * @param marginNanos by how much a remembered state must be older than the last
	 * message of a lost member
	 * @param now the current time
	 */
	public LocalReplica(Limit limit, Birth birth, MembershipView view, long marginNanos, long now) {
		this(limit, limit.initial(), birth, view, marginNanos, now, now);
	}

	/**
	 * Creates the replica of a bucket that others may have held before.
	 * @param limit the limit
	 * @param initial what the bucket began with
	 * @param birth what this member counts its spending under
	 * @param view the members
	 * @param marginNanos by how much a remembered state must be older than the last
	 * message of a lost member
	 * @param activatedAt since when the limit refills
	 * @param now the current time
	 */
	public LocalReplica(Limit limit, long initial, Birth birth, MembershipView view, long marginNanos, long activatedAt,
			long now) {
		this.limit = limit;
		this.birth = birth;
		this.view = view;
		this.marginNanos = marginNanos;
		this.refill = new Refill(limit.refillRate(), view.size());
		this.settledAt = activatedAt;
		this.joiningSince = now;
		// Before a member knows its fleet, others may hold the bucket that is new here.
		// The
		// larger beginning would raise theirs, so it says none until then.
		replaceState(TokenBucketState.empty().beginWith(view.knowsFleet() ? initial : 0));
		this.missedRefill.begin(view, this.state, now);
	}

	public Limit limit() {
		return this.limit;
	}

	public MembershipView view() {
		return this.view;
	}

	public long level() {
		return this.level;
	}

	long reserved() {
		return this.reserved;
	}

	public long consumedHere() {
		return this.consumedHere;
	}

	/**
	 * What this member counts its spending under.
	 */
	public Birth birth() {
		return this.birth;
	}

	/**
	 * Whether the state counts anything that only this member can know.
	 */
	public boolean hasOwnEntries() {
		return this.consumedHere > 0 || this.state.returned().get(this.birth) > 0;
	}

	/**
	 * What this member may spend, reservations aside.
	 * @return micro-tokens, possibly negative
	 */
	public long spendable() {
		return this.view.isJoining() ? Math.min(available(), uncounted()) : available();
	}

	// The peers of a joiner reckon with nothing more. Those of a member that is replaced
	// reckon with nothing.
	private long uncounted() {
		return this.view.isReplaced() ? 0 : this.limit.initial() / this.view.size() - this.consumedHere;
	}

	/**
	 * How much must be spendable for a request to be admitted: what it costs, or all that
	 * the members heard can hold where it costs more than that. The refill that follows
	 * pays what it owes. Else it would be rejected for as long as others are not heard.
	 * @param cost micro-tokens
	 * @return micro-tokens
	 */
	long needed(long cost) {
		boolean possible = cost <= this.limit.capacity() && !this.view.isJoining();
		return possible ? Math.min(cost, ceiling()) : cost;
	}

	/**
	 * How long until a request is admitted if no other is.
	 * @param cost micro-tokens
	 * @param available micro-tokens spendable now
	 * @return nanoseconds; {@link Long#MAX_VALUE} if never
	 */
	long nanosToHave(long cost, long available) {
		long needed = needed(cost);
		if (needed <= available) {
			return 0;
		}
		if (!this.view.canBeCounted() || cost > this.limit.capacity()) {
			return Long.MAX_VALUE;
		}
		if (this.view.isJoining()) {
			// Nothing accrues before this member is counted. Then it has what all have.
			// The
			// longer that has taken, the longer it may still take.
			long joining = Math.max(JOINING_NANOS, this.settledAt - this.joiningSince);
			return Math.max(joining, this.limit.refillRate().nanosToAccrue(Math.max(0, cost - this.level)));
		}
		long perMember = (needed - available - 1) / this.view.heard().size() + 1;
		return this.limit.refillRate().nanosToAccrue(perMember * this.view.size());
	}

	/**
	 * Accrues refill on the shares of the members heard, up to their part of the
	 * capacity. What the cap or unheard members withhold is lost for good. Otherwise an
	 * idle hour would refill the bucket at every later touch.
	 * @param now the current time
	 */
	public void settle(long now) {
		long elapsed = now - this.settledAt;
		if (elapsed <= 0) {
			return;
		}
		this.settledAt = now;
		int heard = this.view.heard().size();
		long room = room();
		// Nobody counts a joiner's share yet: its refill would come on top of theirs.
		if (room <= 0 || this.view.isJoining()) {
			this.refill.withhold();
			return;
		}
		long each = this.refill.accrue(elapsed, room / heard);
		long rest = room - each * heard;
		// The last few micro-tokens do not divide, but a request may cost them all.
		long last = (rest < heard) ? rest : 0;
		this.grantedToEach += each;
		this.grantedToFirst += last;
		this.level += each * heard + last;
		if (!this.view.isComplete() || this.view.isAlone()) {
			this.grantedApart += each * heard + last;
		}
	}

	/**
	 * Whether the others must be told what this member granted while it did not hear all.
	 * Without that they would learn of it only when this member next spends. Less than a
	 * token of all members together is not worth telling.
	 */
	public boolean hasNewsOfGrants() {
		return this.grantedApart >= MicroTokens.PER_TOKEN / this.view.size() && this.view.isComplete()
				&& !this.view.isAlone();
	}

	/**
	 * All members that are heard are told what is here.
	 */
	public void tell() {
		this.grantedApart = 0;
	}

	void spend(long amount) {
		this.level -= amount;
		this.consumed += amount;
		this.consumedHere += amount;
	}

	/**
	 * Counts what this member spends under another birth from now on.
	 */
	public void countUnder(Birth newBirth) {
		state();
		this.birth = newBirth;
	}

	/**
	 * The replicated state, whole.
	 * @return the state with everything granted and consumed so far
	 */
	public TokenBucketState state() {
		if (this.grantedToEach > 0) {
			this.state = this.state.grant(this.view.heard(), this.grantedToEach);
			this.grantedToEach = 0;
		}
		if (this.grantedToFirst > 0) {
			this.state = this.state.grant(this.view.heard().subList(0, 1), this.grantedToFirst);
			this.grantedToFirst = 0;
		}
		consumed();
		return this.state;
	}

	/**
	 * How many entries the state has at the most, with what it does not contain yet.
	 */
	public int entries() {
		return this.state.size() + this.view.heard().size() + 1;
	}

	/**
	 * What was consumed, by birth. Spares the rest of the state, which grows with time.
	 */
	public GCounter<Birth> consumed() {
		if (this.consumed > 0) {
			this.state = this.state.consume(this.birth, this.consumed);
			this.consumed = 0;
		}
		return this.state.consumed();
	}

	/**
	 * Takes the entrywise maximum with another replica's state, unless that is out of
	 * range.
	 * @param remote the other state, in range
	 * @return whether anything changed
	 */
	public boolean merge(TokenBucketState remote) {
		TokenBucketState before = state();
		TokenBucketState merged = before.merge(remote);
		if (merged == before || !merged.isInRange()) {
			return false;
		}
		if (this.view.isJoining()) {
			this.reserve.join(merged);
		}
		else if (this.consumedHere == 0) {
			this.reserve.begin(merged);
		}
		replaceState(merged);
		return true;
	}

	/**
	 * What of a state that a peer sent may be true.
	 */
	public TokenBucketState credible(TokenBucketState remote) {
		return new OwnClaims(this.birth).credible(remote, state());
	}

	/**
	 * Whether tokens are missing. Shares are granted in whole micro-tokens: the last few
	 * never are.
	 */
	public boolean isBelowFull() {
		return this.limit.capacity() - this.level >= this.view.size();
	}

	/**
	 * Whether others can go on believing what is counted here.
	 */
	public boolean hasRoomToCount() {
		return this.state.hasRoomToCount();
	}

	/**
	 * Whether more is missing than members can have overspent that keep to the rules. At
	 * worst each spends a full bucket and a second's refill before it hears of the
	 * others.
	 */
	public boolean isOverdrawn() {
		long most = this.limit.capacity() + this.limit.refillRate().accruedIn(SECOND_NANOS);
		return this.level < -most * this.view.size();
	}

	/**
	 * Removes what is above the capacity. One member does it for all, once all are heard.
	 * @return whether anything was removed
	 */
	public boolean trimExcess() {
		if (!this.view.isComplete()) {
			return false;
		}
		long above = this.excess.take(this.limit.capacity(), this.level);
		if (above <= 0 || !this.view.heard().get(0).equals(this.view.self())) {
			return false;
		}
		replaceState(state().consume(this.birth, above));
		return true;
	}

	/**
	 * Goes on under a limit that changed. What accrued until now did so under the old
	 * one. What was spent stays spent, and what is there stays there.
	 * @param newLimit the limit
	 * @param now when it changed
	 */
	public void change(Limit newLimit, long now) {
		settle(now);
		this.missedRefill.accrue(this.limit, this.view.size(), now);
		long before = available();
		TokenBucketState kept = keepBeginning(state(), newLimit);
		this.limit = newLimit;
		this.refill.changeRate(newLimit.refillRate());
		this.excess.withholdNothing();
		replaceState(kept);
		if (isOverfull()) {
			withholdAbove(before);
		}
		this.excess.follow(newLimit.capacity(), this.level);
	}

	// Where a state says nothing its limit says what it began with. One that began with
	// nothing would gain what new buckets begin with: a micro-token stands for none.
	private TokenBucketState keepBeginning(TokenBucketState before, Limit newLimit) {
		boolean wouldGain = before.initial() == 0 && newLimit.initial() > this.limit.initial();
		return wouldGain ? before.beginWith(Math.max(1, this.limit.initial())) : before;
	}

	/**
	 * Gives tokens back: no more than were spent, nor than there is room for.
	 * @param amount micro-tokens, not negative
	 * @return how many were given
	 */
	public long giveBack(long amount) {
		TokenBucketState before = state();
		long spent = before.consumed().sum() - before.returned().sum();
		long given = Math.max(0, Math.min(amount, Math.min(spent, this.limit.capacity() - this.level)));
		if (given > 0) {
			replaceState(before.giveBack(this.birth, given));
		}
		return given;
	}

	/**
	 * Refills what was spent below zero against the rules. Otherwise those who kept to
	 * them would be rejected until it is refilled. All get equal parts, as of any refill:
	 * so several members that do it at once do it once, and one that is lost later gains
	 * nothing. Nothing happens unless all are heard, since sides that are apart would
	 * each forgive the same.
	 * @return whether there is no debt any more
	 */
	public boolean forgiveDebt() {
		if (this.level >= 0) {
			return true;
		}
		if (!this.view.isComplete()) {
			return false;
		}
		long each = (-this.level - 1) / this.view.size() + 1;
		replaceState(state().grant(this.view.heard(), each));
		return true;
	}

	/**
	 * Takes over a view of the members.
	 * @param newView the view, newer than the current
	 * @param now when it began to hold
	 */
	public void adopt(MembershipView newView, long now) {
		settle(now);
		state();
		MembershipView oldView = this.view;
		long before = (this.excess.withheld() > 0) ? available() : Long.MAX_VALUE;
		this.missedRefill.accrue(this.limit, oldView.size(), now);
		this.view = newView;
		this.joiningSince = oldView.isJoining() ? this.joiningSince : now;
		this.refill.divideAmong(newView.size());
		this.excess.withholdNothing();
		replaceState(beginOnceCounted(oldView, grantRemoved(oldView)));
		withholdAbove(before);
		this.missedRefill.follow(oldView, newView, this.state);
	}

	private TokenBucketState beginOnceCounted(MembershipView oldView, TokenBucketState counted) {
		boolean isNew = !oldView.knowsFleet() && this.view.knowsFleet() && counted.initial() == 0;
		return isNew ? counted.beginWith(this.limit.initial()) : counted;
	}

	/**
	 * Takes over a view that differs in nothing but deadlines.
	 * @param newView the view
	 */
	public void extend(MembershipView newView) {
		this.view = newView;
	}

	/**
	 * Remembers the state for the case that a member is lost.
	 * @param now the current time
	 * @param keepNanos how far back states may be asked for
	 */
	public void remember(long now, long keepNanos) {
		if (this.view.isComplete()) {
			this.reserve.remember(state(), now, keepNanos);
		}
	}

	public int remembered() {
		return this.reserve.remembered();
	}

	/**
	 * Forgets states that nobody can ask for any more.
	 * @param now the current time
	 * @param keepNanos how far back states may be asked for
	 */
	public void forget(long now, long keepNanos) {
		if (this.view.isComplete()) {
			this.reserve.forget(now, keepNanos);
		}
	}

	private long ceiling() {
		int heard = this.view.heard().size();
		return (heard == this.view.size()) ? this.limit.capacity()
				: (long) ((double) this.limit.capacity() * heard / this.view.size());
	}

	private long room() {
		return this.view.isComplete() ? this.limit.capacity() - this.level : ceiling() - available();
	}

	private long available() {
		return this.level - this.reserved - (isFree() ? 0 : this.excess.withheld());
	}

	private void replaceState(TokenBucketState newState) {
		this.state = newState;
		this.level = this.limit.level(newState);
		this.reserved = this.reserve.sum(this.view, this.limit, newState, this.marginNanos);
		if (isFree()) {
			this.excess.withholdNothing();
		}
		else if (isOverfull()) {
			// The others may hold their part of what there was, and still leave what this
			// part may hold by now.
			withholdAbove(Math.max(ceiling(), this.limit.capacity() - this.reserved));
		}
		else {
			this.excess.withholdAtMost(this.level - this.reserved);
		}
	}

	private void withholdAbove(long most) {
		if (!isFree()) {
			this.excess.withholdAbove(most, this.level - this.reserved);
		}
	}

	// Once all are heard somebody consumes what is above the capacity. What a joiner may
	// spend is little anyway, and says nothing of what it may when it is counted.
	private boolean isFree() {
		return this.view.isJoining() || (this.view.isComplete() && !isOverfull());
	}

	// Replicas that refilled alike may differ by a few micro-tokens.
	private boolean isOverfull() {
		return this.level - this.limit.capacity() >= MicroTokens.PER_TOKEN;
	}

	// The view of a joiner names no peers, and has removed none.
	private TokenBucketState grantRemoved(MembershipView oldView) {
		if (this.view.isJoining()) {
			return this.state;
		}
		TokenBucketState granted = this.state;
		for (MembershipView.Peer lost : oldView.unheard()) {
			if (!this.view.counts(lost.id())) {
				long room = this.limit.capacity() - this.limit.level(granted);
				long due = Math.max(0, Math.min(this.missedRefill.due(lost.id(), granted), room));
				granted = granted.grant(List.of(lost.id()), due);
				this.grantedApart += due;
			}
		}
		return granted;
	}

}
