package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

/**
 * The admission rule for one bucket: level, then credit, then a short wait for an
 * acknowledgement. Every method takes the bucket's lock and holds it briefly; what
 * waiting requests must be told is returned, to be told without the lock. Amounts are
 * micro-tokens, times nanoseconds of one clock. Thread-safe.
 */
final class Bucket {

	// Any use at any member is soon known to all: so they drop a bucket at nearly the
	// same
	// time, and births do not pile up at those that still hold it when it is used again.
	private static final int IDLE_INTERVALS = 50;

	// As measured by FloodTests and SnapshotScaleTests.
	private static final int EMPTY_BYTES = 850;

	private static final int ENTRY_BYTES = 60;

	private final BucketKey key;

	private final Changes changes;

	private BucketContext context;

	private final LocalReplica replica;

	private final Allowance allowance;

	private final WaitingLine line;

	private @Nullable Expectation expectation;

	// While the limit is in fallback.
	private @Nullable OwnPart ownPart;

	private long usedAt;

	private boolean dirty;

	private boolean touched;

	private boolean flushAsked;

	private boolean dropped;

	// As of the last tick.
	private TokenBucketState seen = TokenBucketState.empty();

	Bucket(BucketKey key, BucketContext context, LocalReplica replica, Changes changes, long now) {
		this.key = key;
		this.context = context;
		this.changes = changes;
		this.line = new WaitingLine(changes);
		this.replica = replica;
		this.usedAt = now;
		this.allowance = new Allowance(context.policy().limit().capacity(), replica.view());
	}

	BucketKey key() {
		return this.key;
	}

	/**
	 * Decides where that is possible at once.
	 * @return the decision, or {@code null} if the request must ask for a promise
	 */
	synchronized @Nullable Decision decide(long cost, long now) {
		if (this.dropped) {
			return null;
		}
		use(now);
		long available = spendable() - this.line.promised();
		if (available < needed(cost)) {
			return rejected(shortage(cost, available), cost);
		}
		if (this.line.isEmpty() && hasCredit(cost, available)) {
			return admitted(Reason.CREDIT, cost, now);
		}
		return null;
	}

	/**
	 * Decides by the level alone, without credit or a wait.
	 * @return the decision, or {@code null} if the bucket is dropped
	 */
	synchronized @Nullable Decision decideOnLevel(long cost, long now) {
		if (this.dropped) {
			return null;
		}
		use(now);
		long available = spendable() - this.line.promised();
		return (available < needed(cost)) ? rejected(shortage(cost, available), cost)
				: admitted(Reason.LEVEL, cost, now);
	}

	/**
	 * Admits a request that costs nothing, whatever the level is and whoever waits. The
	 * bucket is not used by it, and need not be held in memory.
	 */
	synchronized Decision admitFree(long now) {
		refresh(now);
		return decision(Outcome.ADMITTED, Reason.CREDIT, 0);
	}

	/**
	 * Sets tokens aside for a request: at once, in the line, or not at all.
	 */
	synchronized Answer ask(Promise promise, long now) {
		if (this.dropped) {
			return Answer.DROPPED;
		}
		use(now);
		long cost = promise.cost();
		long available = spendable() - this.line.promised();
		if (available < needed(cost)) {
			promise.become(Promise.State.CLOSED);
			return Answer.broken(rejected(shortage(cost, available), cost));
		}
		this.line.promise(promise);
		if (this.line.isEmpty()) {
			Answer answer = answer(promise, available, now);
			if (answer.kind() != Answer.Kind.WAITING) {
				return answer;
			}
		}
		this.line.add(promise);
		return Answer.WAITING;
	}

	/**
	 * Looks at the requests in line, first come first served.
	 * @return what tells those that need not wait any longer, and then the buckets whose
	 * lines may move in consequence
	 */
	synchronized List<Supplier<Collection<Bucket>>> serveLine(long now) {
		if (this.line.isEmpty()) {
			return List.of();
		}
		arrive(now);
		List<Supplier<Collection<Bucket>>> notices = new ArrayList<>();
		for (Promise head = this.line.head(); head != null; head = this.line.head()) {
			Promise served = head;
			Answer answer = answer(head, spendable() - this.line.held(), now);
			if (answer.kind() == Answer.Kind.WAITING) {
				break;
			}
			notices.add(() -> served.listener().onAnswer(served, answer));
		}
		return notices;
	}

	/**
	 * Begins to watch the line, unless somebody does or it is empty.
	 * @return when the request at its head has waited long enough, else {@code null}
	 */
	synchronized @Nullable Long watch() {
		return this.line.watch();
	}

	/**
	 * Ends watching the line.
	 */
	synchronized void unwatch() {
		this.line.unwatch();
	}

	/**
	 * Consumes what a kept promise holds.
	 */
	synchronized Decision commit(Promise promise, Reason reason, long now) {
		arrive(now);
		this.line.close(promise);
		return admitted(reason, promise.cost(), now);
	}

	/**
	 * Gives up what a promise sets aside, if it still does, because another limit of the
	 * same request rejected it.
	 */
	synchronized Decision release(Promise promise, long now) {
		this.line.close(promise);
		return refuse(promise.cost(), now);
	}

	/**
	 * Rejects on behalf of another limit, unless this one would have rejected as well.
	 */
	synchronized Decision refuse(long cost, long now) {
		refresh(now);
		long available = spendable() - this.line.promised();
		return rejected((available < needed(cost)) ? shortage(cost, available) : Reason.OTHER_LIMIT, cost);
	}

	/**
	 * Describes the bucket to a request that waits.
	 */
	synchronized Decision waiting(long cost, long now) {
		refresh(now);
		return decision(Outcome.WAITING, Reason.UNACKNOWLEDGED, cost);
	}

	// Expects the cost to be promised; takes it back if the answer is no.
	private Answer answer(Promise promise, long available, long now) {
		long cost = promise.cost();
		Consistency consistency = this.context.policy().consistency();
		boolean enough = available >= needed(cost);
		if (enough && hasCredit(cost, available)) {
			return keep(promise, Reason.CREDIT);
		}
		if (enough && consistency != Consistency.EVENTUAL && now - promise.deadline() < 0) {
			return Answer.WAITING;
		}
		if (enough && consistency != Consistency.STRICT) {
			return keep(promise, Reason.LEVEL);
		}
		this.line.close(promise);
		return Answer.broken(rejected(enough ? Reason.UNACKNOWLEDGED : shortage(cost, available), cost));
	}

	private Answer keep(Promise promise, Reason reason) {
		this.line.keep(promise);
		return Answer.kept(reason);
	}

	// In fallback there is nobody to ask: what others claim is not believed.
	private boolean hasCredit(long cost, long available) {
		return this.ownPart != null || this.allowance.covers(cost, available, this.line.held(), this.replica.view());
	}

	private long spendable() {
		long spendable = this.replica.spendable();
		if (this.ownPart == null) {
			return spendable;
		}
		long own = this.ownPart.spendable();
		return this.replica.view().isJoining() ? Math.min(own, spendable) : own;
	}

	private long needed(long cost) {
		if (cost == 0) {
			// Free, however far below zero the level is.
			return Long.MIN_VALUE;
		}
		return (this.ownPart != null && !this.replica.view().isJoining()) ? this.ownPart.needed(cost)
				: this.replica.needed(cost);
	}

	private Reason shortage(long cost, long available) {
		if (cost > this.context.policy().limit().capacity()) {
			// The limit shrank after the cost was compared with it.
			return Reason.COST_ABOVE_CAPACITY;
		}
		if (this.ownPart != null) {
			return Reason.FALLBACK;
		}
		boolean reduced = this.replica.view().isJoining() || available + this.replica.reserved() >= cost;
		return reduced ? Reason.REDUCED_CAPACITY : Reason.EXHAUSTED;
	}

	private Decision admitted(Reason reason, long cost, long now) {
		this.replica.spend(cost);
		if (this.ownPart != null) {
			this.ownPart.spend(cost);
		}
		if (this.expectation != null) {
			this.expectation.spend(cost);
		}
		if (this.allowance.isSettled()) {
			this.changes.onUnacknowledged(this);
		}
		this.allowance.spend(cost, now);
		markDirty();
		if (!this.flushAsked && this.allowance.isWorthFlushing()) {
			this.flushAsked = true;
			this.changes.onFlushWanted();
		}
		return decision(Outcome.ADMITTED, reason, cost);
	}

	private Decision rejected(Reason reason, long cost) {
		return decision(Outcome.REJECTED, reason, cost);
	}

	private Decision decision(Outcome outcome, Reason reason, long cost) {
		this.changes.onLevel(this.replica.level());
		long left = spendable() - this.line.promised();
		return new Decision(outcome, reason, this.context.policy().limit(), Math.max(0, left), nanosToHave(cost, left),
				null);
	}

	private long nanosToHave(long cost, long available) {
		if (available >= needed(cost)) {
			return 0;
		}
		return (this.ownPart != null) ? this.ownPart.nanosToHave(cost, available)
				: this.replica.nanosToHave(cost, available);
	}

	private void use(long now) {
		arrive(now);
		this.usedAt = now;
	}

	private void arrive(long now) {
		refresh(now);
		this.allowance.shareIfOld(this.replica.view(), this.context.syncIntervalNanos(), now);
		if (!this.touched) {
			this.touched = true;
			this.changes.onTouched(this);
		}
	}

	private void refresh(long now) {
		BucketContext before = this.context;
		BucketContext latest = this.changes.context(now);
		if (latest != before) {
			this.context = latest;
			if (latest.view() != before.view()) {
				adopt(latest.view(), now);
			}
			if (latest.policy() != before.policy()) {
				follow(latest.policy().limit(), now);
			}
		}
		this.replica.settle(now);
		if (latest.fallback() != null || this.ownPart != null || latest.recoveries() != before.recoveries()) {
			followFallback(latest.fallback(), now);
		}
	}

	private void follow(Limit limit, long now) {
		this.replica.change(limit, now);
		trimExcess();
		this.allowance.resize(limit.capacity(), this.replica.view(), now);
		this.expectation = null;
		if (this.ownPart != null) {
			this.ownPart.change(limit, now);
		}
	}

	// Another thread may have seen a newer view before.
	private void adopt(MembershipView view, long now) {
		MembershipView before = this.replica.view();
		if (view.sinceNanos() - before.sinceNanos() < 0) {
			return;
		}
		if (view.agreesWith(before)) {
			this.replica.extend(view);
			return;
		}
		this.replica.adopt(view, (now - view.sinceNanos() > 0) ? view.sinceNanos() : now);
		this.replica.settle(now);
		if (this.replica.hasNewsOfGrants()) {
			markDirty();
		}
		this.expectation = null;
		trimExcess();
		this.allowance.share(view, now);
	}

	// What was overspent is written off where fallback ends, or at once where honest
	// members cannot have overspent it. Until that is possible this member stays with its
	// part, instead of paying for others; and for good where a forged count has used up
	// what can be counted.
	private void followFallback(@Nullable FallbackQuota quota, long now) {
		if (quota == null && this.replica.hasRoomToCount() && isOutOfDebt()) {
			this.ownPart = null;
			return;
		}
		if (this.ownPart == null) {
			this.ownPart = new OwnPart(this.context.policy().limit(), this.replica.level(), now);
		}
		FallbackQuota part = (quota != null) ? quota : FallbackQuota.FAIR_SHARE;
		this.ownPart.settle(part.of(this.replica.view().size()), now);
	}

	private boolean isOutOfDebt() {
		boolean inDebt = this.replica.level() < 0;
		boolean forgiven = this.replica.forgiveDebt();
		if (inDebt && forgiven) {
			markDirty();
			this.changes.onFlushWanted();
		}
		return forgiven;
	}

	private void markDirty() {
		if (!this.dirty) {
			this.dirty = true;
			this.changes.onDirty(this);
		}
	}

	/**
	 * Follows what changed outside of the bucket, though nobody asks for it.
	 */
	synchronized void follow(long now) {
		refresh(now);
	}

	/**
	 * Gives tokens back, as far as they were spent and there is room.
	 * @return how many micro-tokens were given
	 */
	synchronized long giveBack(long amount, long now) {
		arrive(now);
		long given = this.replica.giveBack(amount);
		if (given > 0) {
			markDirty();
			this.changes.onFlushWanted();
		}
		return given;
	}

	/**
	 * Merges what a peer sent, but for what it can only have made up.
	 * @return whether all of it was acceptable
	 */
	synchronized boolean merge(TokenBucketState remote, long now) {
		arrive(now);
		if (!remote.isInRange()) {
			return false;
		}
		TokenBucketState credible = this.replica.credible(remote);
		TokenBucketState before = this.replica.state();
		long availableBefore = this.replica.spendable();
		if (this.replica.merge(credible)) {
			this.usedAt = now;
			if (this.expectation == null) {
				this.expectation = new Expectation(availableBefore, this.replica.consumedHere(), now);
			}
			learn(before, this.replica.state(), this.expectation, now);
			trimExcess();
			this.allowance.share(this.replica.view(), now);
			judge(this.expectation, now);
			if (!this.replica.hasRoomToCount() || this.replica.isOverdrawn()) {
				followFallback(this.context.fallback(), now);
			}
		}
		return credible == remote;
	}

	private void judge(Expectation window, long now) {
		if (window.isOver(this.context.syncIntervalNanos(), now)) {
			Limit limit = this.context.policy().limit();
			long consumedHere = this.replica.consumedHere();
			long excess = window.excess(limit.refillRate(), this.replica.view().heard().size(), consumedHere, now);
			this.changes.onWindow(this.key, limit, excess, window.since(), now);
			window.begin(this.replica.spendable(), consumedHere, now);
		}
	}

	/**
	 * Merges what was saved.
	 * @return whether it was acceptable
	 */
	synchronized boolean restore(TokenBucketState saved, long now) {
		boolean untouched = this.replica.state().consumed() == this.seen.consumed();
		boolean accepted = merge(saved, now);
		if (untouched) {
			this.seen = this.replica.state();
		}
		return accepted;
	}

	/**
	 * Merges what was saved, and has it published.
	 * @return whether it was acceptable
	 */
	synchronized boolean restoreForAll(TokenBucketState saved, long now) {
		TokenBucketState before = this.replica.state();
		boolean accepted = merge(saved, now);
		if (!before.isAtLeast(this.replica.state())) {
			markDirty();
		}
		return accepted;
	}

	/**
	 * About how much memory the bucket takes.
	 */
	synchronized long estimatedBytes() {
		return EMPTY_BYTES + (long) ENTRY_BYTES * this.replica.state().size() + this.key.key().length();
	}

	/**
	 * Has the store forget this bucket.
	 */
	void forget() {
		this.changes.onDropped(this);
	}

	private void learn(TokenBucketState before, TokenBucketState merged, Expectation window, long now) {
		MembershipView view = this.replica.view();
		merged.consumed().forEach((birth, amount) -> {
			long known = before.consumed().get(birth);
			// Of its own, a member counts only what is acknowledged: what others remember
			// of its earlier births may be of any age.
			if (amount > known && !birth.member().equals(view.self())) {
				long spent = (known > 0) ? amount - known : recent(amount);
				this.allowance.learn(birth.member(), spent, now);
				// Of one that is not heard, a merge may reveal the spending of any time.
				if (view.hears(birth.member())) {
					window.see(spent);
				}
			}
			if (amount > known && view.relays(birth.member())) {
				markDirty();
			}
		});
	}

	// What peers remember of a bucket that this member had dropped, since it was full, is
	// no demand of now: no more of it can be than is missing.
	private long recent(long amount) {
		return Math.min(amount, Math.max(0, this.context.policy().limit().capacity() - this.replica.level()));
	}

	private void trimExcess() {
		if (this.replica.trimExcess()) {
			markDirty();
		}
	}

	/**
	 * The state to be sent in a batch, which from then on counts as published by it.
	 */
	synchronized TokenBucketState publish(long batch, long now) {
		arrive(now);
		TokenBucketState published = this.replica.state();
		this.allowance.publish(batch, now);
		this.replica.tell();
		this.dirty = false;
		this.flushAsked = false;
		return published;
	}

	/**
	 * The state as it is. Does not count as a touch.
	 */
	synchronized TokenBucketState snapshot(long now) {
		refresh(now);
		return this.replica.state();
	}

	/**
	 * How many entries the state has at the most.
	 */
	synchronized int entries() {
		return this.replica.entries();
	}

	/**
	 * What was consumed, unless the bucket is full.
	 */
	synchronized @Nullable GCounter<Birth> consumedBelowFull(long now) {
		refresh(now);
		return (isBelowFull() && this.replica.hasRoomToCount()) ? this.replica.consumed() : null;
	}

	synchronized long level(long now) {
		refresh(now);
		return this.replica.level();
	}

	/**
	 * How many earlier states are remembered.
	 */
	synchronized int remembered() {
		return this.replica.remembered();
	}

	synchronized long consumedHere() {
		return this.replica.consumedHere();
	}

	/**
	 * All heard members have acknowledged up to a batch.
	 */
	synchronized void acknowledge(long batch, long now) {
		arrive(now);
		this.allowance.acknowledge(batch, this.replica.view(), now);
		if (this.allowance.isSettled()) {
			this.changes.onAcknowledged(this);
		}
	}

	/**
	 * Ends an interval in which the bucket was touched.
	 * @return whether anything was spent or given back since the last, here or elsewhere
	 */
	synchronized boolean tick(long now, long keepNanos) {
		arrive(now);
		this.replica.remember(now, keepNanos);
		this.allowance.share(this.replica.view(), now);
		this.touched = false;
		TokenBucketState before = this.seen;
		this.seen = this.replica.state();
		return this.seen.consumed() != before.consumed() || this.seen.returned() != before.returned();
	}

	/**
	 * Drops the bucket if a fresh one would equal it, and otherwise what it remembers for
	 * longer than needed.
	 * @return whether it is dropped, for good
	 */
	synchronized boolean dropIfFull(long now, long keepNanos) {
		this.replica.forget(now, keepNanos);
		if (this.touched || now - this.usedAt < IDLE_INTERVALS * this.context.syncIntervalNanos()) {
			return false;
		}
		refresh(now);
		if (this.dirty || this.line.promised() > 0 || !this.replica.view().isComplete()
				|| !this.allowance.isSettled()) {
			return false;
		}
		this.dropped = this.replica.hasRoomToCount() ? !isBelowFull() : this.ownPart != null && this.ownPart.isFull();
		return this.dropped;
	}

	/**
	 * Whether the bucket was dropped: what is merged into it then is lost.
	 */
	synchronized boolean isDropped() {
		return this.dropped;
	}

	// Shares are granted in whole micro-tokens: the last few never are.
	private boolean isBelowFull() {
		return this.context.policy().limit().capacity() - this.replica.level() >= this.replica.view().size();
	}

	/**
	 * Has what was spent here published again.
	 */
	synchronized void publishAgain() {
		if (this.replica.hasOwnEntries()) {
			markDirty();
		}
	}

	/**
	 * Has the bucket published unless it is full: nobody tells the others of refill as
	 * long as nobody spends.
	 */
	synchronized void publishRefill(long now) {
		arrive(now);
		if (isBelowFull()) {
			markDirty();
		}
	}

	synchronized long lag(long now) {
		return this.replica.view().isAlone() ? 0 : this.allowance.lag(now);
	}

	synchronized BucketStatus status(long now) {
		refresh(now);
		long level = this.replica.level();
		long missing = Math.max(0, this.context.policy().limit().capacity() - level);
		long toNextToken = Math.min(missing, MicroTokens.PER_TOKEN - Math.floorMod(level, MicroTokens.PER_TOKEN));
		return new BucketStatus(this.context.policy().limit(), this.key.key(), this.key.overflow(), level,
				spendable() - this.line.promised(), this.replica.view().isAlone() ? 0 : this.allowance.unacknowledged(),
				this.replica.consumedHere(), this.line.size(), timeToAccrue(missing), timeToAccrue(toNextToken),
				this.replica.state());
	}

	private Duration timeToAccrue(long amount) {
		return Duration.ofNanos(this.context.policy().limit().refillRate().nanosToAccrue(amount));
	}

}
