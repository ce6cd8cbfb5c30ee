package io.openclaw.tokenbucket.limiter.bucket;

import java.util.ArrayList;
import java.util.List;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Grant;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.rule.Credit;
import io.openclaw.tokenbucket.limiter.rule.FallbackShare;
import io.openclaw.tokenbucket.limiter.rule.LocalReplica;
import io.openclaw.tokenbucket.limiter.rule.ReplicatedSpending;
import io.openclaw.tokenbucket.limiter.rule.SpendingMode;

/**
 * The admission rule for one bucket: level, then credit, then a short wait for an
 * acknowledgement. Amounts are micro-tokens, times nanoseconds of one clock. Mutable,
 * confined to its bucket.
 */
final class AdmissionRule {

	private final LocalReplica replica;

	private final Credit credit;

	private final PeerSpending peers;

	private final Activity<?> activity;

	private final WaitingLine line;

	private final LimitStatistics statistics;

	private SpendingMode mode;

	AdmissionRule(LocalReplica replica, Credit credit, PeerSpending peers, Activity<?> activity, WaitingLine line,
			LimitStatistics statistics) {
		this.replica = replica;
		this.credit = credit;
		this.peers = peers;
		this.activity = activity;
		this.line = line;
		this.statistics = statistics;
		this.mode = new ReplicatedSpending(replica, credit);
	}

	SpendingMode mode() {
		return this.mode;
	}

	boolean isInFallback() {
		return this.mode instanceof FallbackShare;
	}

	boolean isAtRest() {
		return !isInFallback() && this.line.isAtRest();
	}

	/**
	 * Goes by this member's part of the limit, beginning with its part of what is there.
	 * @param part of the limit, above zero and at most one
	 */
	void fallBack(double part, long now) {
		FallbackShare share = (this.mode instanceof FallbackShare current) ? current
				: new FallbackShare(this.replica, now);
		share.settle(part, now);
		this.mode = share;
	}

	void endFallback() {
		if (isInFallback()) {
			this.mode = new ReplicatedSpending(this.replica, this.credit);
		}
	}

	WaitingLine line() {
		return this.line;
	}

	/**
	 * What is left for a request that comes now.
	 */
	long available() {
		return this.mode.spendable() - this.line.promised();
	}

	/**
	 * Decides a request that comes now.
	 * @return the decision; if it waits, nothing is set aside yet and the caller must
	 * reserve
	 */
	Decision decide(long cost, Consistency consistency, long now) {
		return decided(judgeAsLast(cost, consistency), cost, now);
	}

	/**
	 * Spends as many whole tokens as may be spent at once, at least one.
	 * @param most micro-tokens, whole tokens
	 */
	Grant grant(long most, Consistency consistency, long now) {
		long cost = Math.max(MicroTokens.PER_TOKEN, Math.min(most, grantable(consistency)));
		Reason reason = judgeAsLast(cost, consistency);
		Decision decision = (reason == Reason.UNACKNOWLEDGED) ? decision(Outcome.REJECTED, reason, cost)
				: decided(reason, cost, now);
		return new Grant(decision.isAdmitted() ? MicroTokens.toWholeTokens(cost) : 0, decision);
	}

	private long grantable(Consistency consistency) {
		long available = available();
		long credit = (consistency == Consistency.EVENTUAL) ? available
				: Math.min(available, this.mode.credit(available, this.line.held()));
		return credit - Math.floorMod(credit, MicroTokens.PER_TOKEN);
	}

	// Nobody overtakes those that wait.
	private Reason judgeAsLast(long cost, Consistency consistency) {
		long available = available();
		boolean mustQueue = !this.line.isEmpty() && available >= needed(cost);
		return mustQueue ? Reason.UNACKNOWLEDGED : judge(cost, available, consistency);
	}

	Decision decideOnLevel(long cost, long now) {
		long available = available();
		return decided((available < needed(cost)) ? shortage(cost, available) : Reason.LEVEL, cost, now);
	}

	Decision refuse(long cost) {
		long available = available();
		return decision(Outcome.REJECTED, (available < needed(cost)) ? shortage(cost, available) : Reason.OTHER_LIMIT,
				cost);
	}

	/**
	 * Consumes what a kept reservation holds.
	 */
	Decision commit(Reservation reservation, Reason reason, long now) {
		this.line.close(reservation);
		return decided(reason, reservation.cost(), now);
	}

	/**
	 * Sets tokens aside for a request: at once, in the line, or not at all.
	 */
	Answer reserve(Reservation reservation, Consistency consistency, long now) {
		long cost = reservation.cost();
		long available = available();
		if (available < needed(cost)) {
			reservation.become(Reservation.State.CLOSED);
			return Answer.broken(decision(Outcome.REJECTED, shortage(cost, available), cost));
		}
		this.line.reserve(reservation);
		if (this.line.isEmpty()) {
			Answer answer = answer(reservation, judge(cost, available, consistency), consistency, now);
			if (answer.kind() != Answer.Kind.WAITING) {
				return answer;
			}
		}
		this.line.add(reservation);
		return Answer.WAITING;
	}

	/**
	 * Looks at the requests in line, first come first served.
	 * @return what tells those that need not wait any longer
	 */
	List<Line.Notice> answerLine(Consistency consistency, long now) {
		List<Line.Notice> notices = new ArrayList<>();
		for (Reservation head = this.line.head(); head != null; head = this.line.head()) {
			Reservation served = head;
			long available = this.mode.spendable() - this.line.held();
			Answer answer = answer(head, judge(head.cost(), available, consistency), consistency, now);
			if (answer.kind() == Answer.Kind.WAITING) {
				break;
			}
			notices.add(() -> served.listener().onAnswer(served, answer));
		}
		return notices;
	}

	Decision decision(Outcome outcome, Reason reason, long cost) {
		this.statistics.see(this.replica.level());
		Limit limit = this.replica.limit();
		long left = available();
		long remaining = Math.max(0, left);
		long nanosToWait = (left >= needed(cost)) ? 0 : this.mode.nanosToHave(cost, left);
		// After the last branch: one between allocation and fields costs a barrier for
		// each field.
		return new Decision(outcome, reason, limit, remaining, nanosToWait, null);
	}

	private Decision decided(Reason reason, long cost, long now) {
		if (reason == Reason.CREDIT || reason == Reason.LEVEL) {
			spend(cost, now);
			return decision(Outcome.ADMITTED, reason, cost);
		}
		return decision((reason == Reason.UNACKNOWLEDGED) ? Outcome.WAITING : Outcome.REJECTED, reason, cost);
	}

	/**
	 * Consumes without asking.
	 */
	void spend(long cost, long now) {
		this.mode.spend(cost);
		this.peers.spend(cost);
		if (this.credit.isAcknowledged()) {
			this.activity.spend();
		}
		this.credit.spend(cost, now);
		this.activity.consume(this.replica.birth(), cost);
		this.activity.markDirty();
		if (this.credit.isWorthFlushing()) {
			this.activity.flush();
		}
	}

	/**
	 * Gives tokens back, as far as they were spent and there is room.
	 * @param spentByMode whether by what counts now
	 * @return how much was given
	 */
	long giveBack(long amount, boolean spentByMode) {
		long given = spentByMode ? this.mode.giveBack(amount) : this.replica.giveBack(amount);
		if (given > 0) {
			this.activity.consume(this.replica.birth(), -given);
			this.activity.markDirty();
			if (this.credit.isWorthFlushing(given)) {
				this.activity.flush();
			}
		}
		return given;
	}

	private Reason judge(long cost, long available, Consistency consistency) {
		if (available < needed(cost)) {
			return shortage(cost, available);
		}
		if (this.mode.hasCredit(cost, available, this.line.held())) {
			return Reason.CREDIT;
		}
		return (consistency == Consistency.EVENTUAL) ? Reason.LEVEL : Reason.UNACKNOWLEDGED;
	}

	// What costs nothing is free, however far below zero the level is.
	private long needed(long cost) {
		return (cost == 0) ? Long.MIN_VALUE : this.mode.needed(cost);
	}

	// The limit may have shrunk after the cost was compared with it.
	private Reason shortage(long cost, long available) {
		return (cost > this.replica.limit().capacity()) ? Reason.COST_ABOVE_CAPACITY
				: this.mode.shortage(cost, available);
	}

	// Takes back what is reserved if the answer is no.
	private Answer answer(Reservation reservation, Reason reason, Consistency consistency, long now) {
		boolean unacknowledged = reason == Reason.UNACKNOWLEDGED;
		if (unacknowledged && now - reservation.deadline() < 0) {
			return Answer.WAITING;
		}
		if (unacknowledged && consistency == Consistency.BOUNDED) {
			return keep(reservation, Reason.LEVEL);
		}
		if (reason == Reason.CREDIT || reason == Reason.LEVEL) {
			return keep(reservation, reason);
		}
		this.line.close(reservation);
		return Answer.broken(decision(Outcome.REJECTED, reason, reservation.cost()));
	}

	private Answer keep(Reservation reservation, Reason reason) {
		this.line.keep(reservation);
		return Answer.kept(reason);
	}

}
