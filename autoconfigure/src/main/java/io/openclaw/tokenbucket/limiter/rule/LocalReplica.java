package io.openclaw.tokenbucket.limiter.rule;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
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

	private static final long SECOND_NANOS = 1_000_000_000;

	// Of one bucket, at one member.
	private static final double MOST_UNSETTLED = 1_000;

	private final long marginNanos;

	private final BufferedState state = new BufferedState();

	private final Refill refill;

	private final Reserve reserve = new Reserve();

	private final Excess excess = new Excess();

	private final MissedRefill missedRefill = new MissedRefill();

	private Limit limit;

	private Birth birth;

	private MembershipView view;

	private long level;

	private long reserved;

	private long consumedHere;

	private long settledAt;

	// While this member joins, since when it does.
	private long viewedSince;

	private long foldedAt;

	private final long createdAt;

	private @Nullable Lack lack;

	// What others did not grant as well, and have not been told.
	private long grantedApart;

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
		this.viewedSince = now;
		this.createdAt = now;
		// Before a member knows its fleet, others may hold the bucket that is new here.
		// The larger beginning would raise theirs, so it says none until then.
		replaceState(TokenBucketState.empty().beginWith(view.knowsFleet() ? initial : 0));
		this.missedRefill.begin(view, this.state.known(), now);
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
		return this.level;
	}

	public long reserved() {
		return this.reserved;
	}

	long joiningNanos() {
		return this.settledAt - this.viewedSince;
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
		int heard = this.view.heard().size();
		return (heard == this.view.size()) ? this.limit.capacity()
				: (long) ((double) this.limit.capacity() * heard / this.view.size());
	}

	/**
	 * Accrues refill on the shares of the members heard, up to their part of the
	 * capacity. What the cap or unheard members withhold is lost for good. Otherwise an
	 * idle hour would refill the bucket at every later touch.
	 */
	public void settle(long now) {
		long elapsed = now - this.settledAt;
		if (elapsed <= 0) {
			return;
		}
		this.settledAt = now;
		long room = this.view.isComplete() ? this.limit.capacity() - this.level : ceiling() - available();
		// Nobody counts a joiner's share yet: its refill would come on top of theirs.
		if (room <= 0 || this.view.isJoining()) {
			this.refill.withhold();
			return;
		}
		int heard = this.view.heard().size();
		long each = this.refill.accrue(elapsed, room / heard);
		long rest = room - each * heard;
		// The last few micro-tokens do not divide, but a request may cost them all.
		long last = (rest < heard) ? rest : 0;
		this.state.grant(each, last);
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

	public void tell() {
		this.grantedApart = 0;
	}

	public void spend(long amount) {
		this.level -= amount;
		this.state.consume(amount);
		this.consumedHere += amount;
	}

	public void countUnder(Birth newBirth) {
		state();
		this.birth = newBirth;
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
	 * Brings the state here and another replica's under one fold, the larger of both.
	 * @param remote the other state, in range
	 * @param nextBirth what to count under from now on, if this state cannot be
	 * translated and the other takes its place
	 * @return the other state under that fold; {@code null} if it cannot be believed or
	 * translated
	 */
	public @Nullable TokenBucketState meet(TokenBucketState remote, Supplier<Birth> nextBirth) {
		TokenBucketState own = state();
		int order = own.fold().compareTo(remote.fold());
		if (order == 0) {
			return remote;
		}
		if (order > 0) {
			Fold.Translation translation = own.fold().from(remote.fold());
			return (translation != null) ? translation.of(remote) : null;
		}
		Fold.Translation translation = remote.fold().from(own.fold());
		if (translation != null && own.entries() > 0 && new OwnClaims(this.birth).areCredible(translation, own)
				&& translation.of(own).isInRange()) {
			follow(translation);
			return remote;
		}
		boolean waits = translation == null && own.entries() > 0 && mayBeTold(own.fold(), remote.fold());
		return (!waits && startAnew(remote, own, nextBirth)) ? remote : null;
	}

	// Where only the last fold is lacking, somebody may still know what it took out.
	private boolean mayBeTold(Fold own, Fold remote) {
		if (remote.number() != own.number() + 1) {
			return false;
		}
		if (this.lack == null || this.lack.number() != remote.number()) {
			this.lack = new Lack(remote.number(), this.settledAt);
		}
		return this.settledAt - this.lack.since() < Folding.TOLD_NANOS;
	}

	/**
	 * Folds entries of those who are gone, if that is worth it and falls to this member,
	 * and forgets an earlier baseline once nobody can lack it.
	 * @param now the current time
	 * @return whether the others must be told
	 */
	public boolean fold(long now) {
		if (!this.view.isComplete()) {
			return false;
		}
		TokenBucketState known = this.state.known();
		if (known.fold().last() != null) {
			if (now - this.foldedAt > Folding.keptNanos(this.limit)) {
				this.state.replace(state().forgetBaseline());
			}
			return false;
		}
		if (!Folding.isDue(known, this.view) || now - this.viewedSince <= Folding.REST_NANOS) {
			return false;
		}
		Fold.Translation translation = Folding.fold(state(), this.view).fold().from(known.fold());
		if (translation != null) {
			follow(translation);
		}
		return translation != null;
	}

	public Fold fold() {
		return this.state.known().fold();
	}

	private void follow(Fold.Translation translation) {
		TokenBucketState translated = translation.of(state());
		this.lack = null;
		this.reserve.translate(translation::of);
		this.missedRefill.translate(translation::ofGranted);
		this.foldedAt = this.settledAt;
		replaceState(translated);
	}

	// Whoever did not live through a fold keeps no baseline: else each process would hand
	// it on to the next.
	private boolean startAnew(TokenBucketState remote, TokenBucketState own, Supplier<Birth> nextBirth) {
		Birth newBirth = nextBirth.get();
		TokenBucketState credible = new OwnClaims(newBirth).credible(remote, TokenBucketState.empty());
		TokenBucketState adopted = credible.consume(newBirth, Math.max(0, unknownToOthers(own))).forgetBaseline();
		if (!adopted.isInRange() || !adopted.hasRoomToCount()) {
			return false;
		}
		this.birth = newBirth;
		this.lack = null;
		this.reserve.translate((remembered) -> adopted);
		if (this.view.isJoining()) {
			this.reserve.join(adopted);
		}
		else {
			this.reserve.begin(adopted);
		}
		this.missedRefill.translate((member, granted) -> adopted.granted().get(member));
		this.foldedAt = this.settledAt;
		replaceState(adopted);
		return true;
	}

	// Others may know nothing of a young bucket. What is remembered of an older one is of
	// a time when all were heard, long enough ago for them to have heard of it. Of what
	// was spent since, all but what lacks from full was refilled.
	private long unknownToOthers(TokenBucketState own) {
		long consumed = own.consumed().get(this.birth);
		return Folding.isYoung(this.settledAt - this.createdAt) ? consumed - own.returned().get(this.birth) : Math
			.min(this.limit.capacity() - this.limit.level(own), consumed - this.reserve.consumedBefore(this.birth));
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
		return this.limit.capacity() - this.level >= this.view.size();
	}

	/**
	 * Whether others can go on believing what is counted here.
	 */
	public boolean hasRoomToCount() {
		return this.state.known().hasRoomToCount();
	}

	/**
	 * Whether more is missing than members can have overspent that keep to the rules. At
	 * worst each spends a full bucket and a second's refill before it hears of the
	 * others, and has very many requests under way that all cost more than they took.
	 * @param overdraft how much more each may cost
	 */
	public boolean isOverdrawn(long overdraft) {
		double most = this.limit.capacity() + this.limit.refillRate().accruedIn(SECOND_NANOS)
				+ MOST_UNSETTLED * overdraft;
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
		if (this.level < 0 && this.view.isComplete()) {
			long each = (-this.level - 1) / this.view.size() + 1;
			replaceState(state().grant(this.view.heard(), each));
		}
		return this.level >= 0;
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
		long before = (this.excess.withheld() > 0) ? available() : Long.MAX_VALUE;
		this.missedRefill.accrue(this.limit, oldView.size(), now);
		this.view = newView;
		this.viewedSince = (oldView.isJoining() && newView.isJoining()) ? this.viewedSince : now;
		this.refill.divideAmong(newView.size());
		this.excess.withholdNothing();
		TokenBucketState granted = this.missedRefill.grantRemoved(oldView, newView, this.limit, counted);
		this.grantedApart += granted.allGranted() - counted.allGranted();
		boolean isNew = !oldView.knowsFleet() && newView.knowsFleet() && granted.initial() == 0;
		replaceState(isNew ? granted.beginWith(this.limit.initial()) : granted);
		withholdAbove(before);
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
		if (this.view.isComplete()) {
			this.reserve.rememberIfOld(this::state, ageNanos, now);
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
		return this.level - this.reserved - (isFree() ? 0 : this.excess.withheld());
	}

	private void replaceState(TokenBucketState newState) {
		this.state.replace(newState);
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

	/**
	 * A fold that this member lacks.
	 *
	 * @param number its number
	 * @param since when this member met it
	 */
	private record Lack(long number, long since) {
	}

}
