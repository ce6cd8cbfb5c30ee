package io.openclaw.tokenbucket.limiter.rule;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

/**
 * This member's replica of one bucket: the replicated state with its refill, and how much
 * of its level may be spent here. Amounts are micro-tokens, times nanoseconds of one
 * clock. Mutable, confined to its bucket.
 */
public final class LocalReplica {

	private final long marginNanos;

	private final BufferedState state = new BufferedState();

	private final SharedRefill refill;

	private final Reserve reserve;

	private final LocalLevel level = new LocalLevel();

	private final MissedRefill missedRefill = new MissedRefill();

	private Limit limit;

	private Birth birth;

	private MembershipView view;

	private long consumedHere;

	private long viewedSince;

	private final long createdAt;

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
		this.refill = new SharedRefill(limit, view, activatedAt);
		this.reserve = new Reserve();
		this.viewedSince = now;
		this.createdAt = now;
		// Before a member knows its fleet, others may hold the bucket that is new here.
		// The larger beginning would raise theirs, so it says none until then.
		replaceState(TokenBucketState.empty().beginWith(view.knowsFleet() ? initial : 0));
		this.missedRefill.begin(view, this.state.known(), now);
	}

	/**
	 * Creates a replica that goes on with what another was.
	 */
	LocalReplica(Limit limit, Birth birth, MembershipView view, long marginNanos, SharedRefill refill, Reserve reserve,
			long consumedHere, long viewedSince, long createdAt, TokenBucketState state) {
		this.limit = limit;
		this.birth = birth;
		this.view = view;
		this.marginNanos = marginNanos;
		this.refill = refill;
		this.reserve = reserve;
		this.consumedHere = consumedHere;
		this.viewedSince = viewedSince;
		this.createdAt = createdAt;
		replaceState(state);
	}

	/**
	 * Whether there is nothing about it but what all are told, what was spent here, and
	 * one state to remember.
	 */
	boolean isPlain() {
		return this.view.isComplete() && hasRoomToCount() && this.missedRefill.isEmpty() && this.level.isPlain()
				&& this.reserve.remembered() <= 1;
	}

	SharedRefill refill() {
		return this.refill;
	}

	Reserve reserve() {
		return this.reserve;
	}

	long marginNanos() {
		return this.marginNanos;
	}

	public Limit limit() {
		return this.limit;
	}

	public Birth birth() {
		return this.birth;
	}

	public MembershipView view() {
		return this.view;
	}

	public long level() {
		return this.level.level();
	}

	public long reserved() {
		return this.level.reserved();
	}

	long settledAt() {
		return this.refill.settledAt();
	}

	/**
	 * Since when these are the members, and while this member joins, since when it does.
	 */
	long viewedSince() {
		return this.viewedSince;
	}

	long ageNanos() {
		return settledAt() - this.createdAt;
	}

	public long consumedHere() {
		return this.consumedHere;
	}

	/**
	 * Whether the state counts anything that only this member can know.
	 */
	public boolean hasOwnEntries() {
		return this.consumedHere > 0 || this.state.known().returned().get(this.birth) > 0;
	}

	/**
	 * What this member may spend, reservations aside; possibly negative.
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
	 * All that the members heard can hold.
	 */
	long ceiling() {
		return this.view.part(this.limit.capacity());
	}

	/**
	 * Refills up to now: all that there is room for at the members heard.
	 */
	public void settle(long now) {
		if (!this.refill.isSettled(now)) {
			long room = this.view.isComplete() ? this.limit.capacity() - level() : ceiling() - available();
			this.level.add(this.refill.settle(room, this.view, this.state, now));
		}
	}

	/**
	 * Whether the others must be told what this member granted while it did not hear all.
	 * Without that they would learn of it only when this member next spends.
	 */
	public boolean hasNewsOfGrants() {
		return this.refill.hasNews(this.view);
	}

	public void tell() {
		this.refill.tell();
	}

	public void spend(long amount) {
		this.level.add(-amount);
		this.state.consume(amount);
		this.consumedHere += amount;
	}

	public void countUnder(Birth newBirth) {
		state();
		this.birth = newBirth;
	}

	/**
	 * What was consumed under this birth when all were heard.
	 */
	long consumedBefore() {
		return this.reserve.consumedBefore(this.birth);
	}

	/**
	 * The state without what accrued and was spent here last.
	 */
	TokenBucketState known() {
		return this.state.known();
	}

	public TokenBucketState state() {
		return this.state.whole(this.birth, this.view.heard());
	}

	/**
	 * How many entries the state has at the most, with what it does not contain yet.
	 */
	public int entries() {
		return this.state.known().size() + this.view.heard().size() + 1;
	}

	/**
	 * What was consumed, by birth. Spares the rest of the state, which grows with time.
	 */
	public GCounter<Birth> consumed() {
		return this.state.consumed(this.birth);
	}

	/**
	 * Brings everything under another fold.
	 */
	void translate(Fold.Translation translation) {
		TokenBucketState translated = translation.of(state());
		this.reserve.translate(translation::of);
		this.missedRefill.translate(translation::ofGranted);
		replaceState(translated);
	}

	/**
	 * Goes on with the state of others in the place of this one.
	 * @param adopted their state, with what they cannot know
	 * @param newBirth what to count under from now on
	 */
	void startAnew(TokenBucketState adopted, Birth newBirth) {
		this.birth = newBirth;
		this.reserve.translate((remembered) -> adopted);
		if (this.view.isJoining()) {
			this.reserve.join(adopted);
		}
		else {
			this.reserve.begin(adopted);
		}
		this.missedRefill.translate((member, granted) -> adopted.granted().get(member));
		replaceState(adopted);
	}

	public Fold fold() {
		return this.state.known().fold();
	}

	void forgetBaseline() {
		this.state.replace(state().forgetBaseline());
	}

	/**
	 * Takes the entrywise maximum with another replica's state, unless that is out of
	 * range.
	 * @param remote the other state, in range and under the fold of this one
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

	public TokenBucketState credible(TokenBucketState remote) {
		return new OwnClaims(this.birth).credible(remote, state());
	}

	/**
	 * Whether tokens are missing. Shares are granted in whole micro-tokens: the last few
	 * never are.
	 */
	public boolean isBelowFull() {
		return this.limit.capacity() - level() >= this.view.size();
	}

	/**
	 * Whether a fresh bucket would equal this one.
	 */
	public boolean isFull() {
		return hasRoomToCount() && !isBelowFull();
	}

	/**
	 * Whether others can go on believing what is counted here.
	 */
	public boolean hasRoomToCount() {
		return this.state.known().hasRoomToCount();
	}

	/**
	 * Removes what is above the capacity. One member does it for all, once all are heard.
	 * @return whether anything was removed
	 */
	public boolean trimExcess() {
		if (!this.view.isComplete()) {
			return false;
		}
		long above = this.level.takeExcess(this.limit);
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
		this.level.withholdNothing();
		replaceState(kept);
		this.level.resize(before, newLimit, this.view);
	}

	/**
	 * Goes on at another refill rate. What accrued until now did so at the old one.
	 * @param refilled the same limit but for its rate
	 * @param now when it changed
	 */
	public void adapt(Limit refilled, long now) {
		settle(now);
		this.missedRefill.accrue(this.limit, this.view.size(), now);
		this.limit = refilled;
		this.refill.changeRate(refilled.refillRate());
	}

	// Where a state says nothing its limit says what it began with. One that began with
	// nothing would gain what new buckets begin with: a micro-token stands for none.
	private TokenBucketState keepBeginning(TokenBucketState before, Limit newLimit) {
		boolean wouldGain = before.initial() == 0 && newLimit.initial() > this.limit.initial();
		return wouldGain ? before.beginWith(Math.max(1, this.limit.initial())) : before;
	}

	/**
	 * Gives tokens back: no more than were spent, nor than there is room for.
	 * @return how many were given
	 */
	public long giveBack(long amount) {
		TokenBucketState before = state();
		long spent = before.allConsumed() - before.allReturned();
		long given = Math.max(0, Math.min(amount, Math.min(spent, this.limit.capacity() - level())));
		if (given > 0) {
			replaceState(before.giveBack(this.birth, given));
		}
		return given;
	}

	void grantToEach(long amount) {
		replaceState(state().grant(this.view.heard(), amount));
	}

	/**
	 * Reckons with what members that are lost may have spent on credit, before the view
	 * is adopted in which they are.
	 * @param newView the view, newer than the current
	 * @param now when it began to hold
	 */
	public void expectCreditOf(MembershipView newView, long now) {
		settle(now);
		this.reserve.expectCredit(this.view, newView, this.limit, level(), state(), this.marginNanos, now);
	}

	/**
	 * Takes over a view of the members.
	 * @param newView the view, newer than the current
	 * @param now when it began to hold
	 */
	public void adopt(MembershipView newView, long now) {
		settle(now);
		MembershipView oldView = this.view;
		TokenBucketState counted = state();
		long before = this.level.boundOfChange(this.limit, oldView);
		this.missedRefill.accrue(this.limit, oldView.size(), now);
		this.reserve.follow(newView);
		this.view = newView;
		this.viewedSince = (oldView.isJoining() && newView.isJoining()) ? this.viewedSince : now;
		this.refill.divideAmong(newView.size());
		this.level.withholdNothing();
		TokenBucketState granted = this.missedRefill.grantRemoved(oldView, newView, this.limit, counted);
		this.refill.grantApart(granted.allGranted() - counted.allGranted());
		boolean isNew = !oldView.knowsFleet() && newView.knowsFleet() && granted.initial() == 0;
		replaceState(isNew ? granted.beginWith(this.limit.initial()) : granted);
		this.level.withholdAbove(before, this.limit, newView);
		this.missedRefill.follow(oldView, newView, this.state.known());
	}

	/**
	 * Remembers the state for the case that a member is lost.
	 * @param keepNanos how far back states may be asked for
	 */
	public void remember(long now, long keepNanos) {
		if (this.view.isComplete()) {
			this.reserve.remember(state(), now, keepNanos);
		}
	}

	/**
	 * Remembers the state now unless a younger one is remembered.
	 * @param ageNanos younger than this
	 */
	public void rememberIfOld(long ageNanos, long now) {
		if (this.view.isComplete() && this.reserve.isOlderThan(ageNanos, now)) {
			this.reserve.remember(state(), now);
		}
	}

	public int remembered() {
		return this.reserve.remembered();
	}

	/**
	 * Forgets states that nobody can ask for any more.
	 * @param keepNanos how far back states may be asked for
	 */
	public void forget(long now, long keepNanos) {
		if (this.view.isComplete()) {
			this.reserve.forget(now, keepNanos);
		}
	}

	private long available() {
		return this.level.available(this.limit, this.view);
	}

	private void replaceState(TokenBucketState newState) {
		this.state.replace(newState);
		long reserved = this.reserve.sum(this.view, this.limit, newState, this.marginNanos);
		this.level.replace(this.limit.level(newState), reserved, this.limit, this.view);
	}

}
