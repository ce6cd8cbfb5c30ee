package io.openclaw.tokenbucket.limiter;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

import io.openclaw.tokenbucket.limiter.bucket.Advance;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.store.LimitBuckets;

/**
 * The limits in shadow mode among those of one request. They follow what the others have
 * decided: of a request that is admitted each consumes what it would have, a request that
 * is rejected costs nothing anywhere. Each limit keeps for the whole decision the mode
 * that it had at its start. Thread-safe.
 */
final class Shadows {

	private final List<Charge> charges;

	private final List<LimitBuckets> buckets;

	private final Settlements settlements;

	private final boolean[] shadow;

	/**
	 * Looks for limits in shadow mode.
	 * @param charges all charges of a request
	 * @param limits finds a limit by its name
	 * @param settlements of what is charged in advance
	 */
	Shadows(List<Charge> charges, Function<String, LimitBuckets> limits, Settlements settlements) {
		this.charges = charges;
		this.settlements = settlements;
		this.buckets = charges.stream().map((charge) -> limits.apply(charge.limit())).toList();
		this.shadow = new boolean[charges.size()];
		for (int i = 0; i < this.shadow.length; i++) {
			this.shadow[i] = this.buckets.get(i).policy().mode() == Mode.SHADOW;
		}
	}

	/**
	 * The charges of the other limits, in their order.
	 */
	List<Charge> enforced() {
		List<Charge> enforced = new ArrayList<>(this.shadow.length);
		for (int i = 0; i < this.shadow.length; i++) {
			if (!this.shadow[i]) {
				enforced.add(this.charges.get(i));
			}
		}
		return enforced;
	}

	/**
	 * Adds the decisions of the limits in shadow mode.
	 * @param enforced the decision of the others; while it waits nothing is consumed
	 * @return the same outcome with a decision for each charge
	 */
	JointDecision follow(JointDecision enforced, long now) {
		if (enforced.decisions().size() == this.shadow.length) {
			return enforced;
		}
		Iterator<Decision> others = enforced.decisions().iterator();
		List<Decision> decisions = new ArrayList<>(this.shadow.length);
		for (int i = 0; i < this.shadow.length; i++) {
			decisions.add(this.shadow[i] ? follow(i, enforced.outcome(), now) : others.next());
		}
		return new JointDecision(enforced.outcome(), List.copyOf(decisions), enforced.completion());
	}

	private Decision follow(int i, Outcome outcome, long now) {
		LimitBuckets limit = this.buckets.get(i);
		Charge charge = this.charges.get(i);
		if (outcome != Outcome.ADMITTED) {
			Decision refused = limit.refuse(charge.key(), charge.tokens(), now);
			Reason reason = (outcome == Outcome.WAITING) ? Reason.UNACKNOWLEDGED : Reason.OTHER_LIMIT;
			return new Decision(outcome, reason, refused.limit(), refused.remaining(), refused.nanosToWait(), null,
					Mode.SHADOW, null);
		}
		return (charge.isInAdvance() && !limit.isAboveCapacity(charge.tokens())) ? takeInAdvance(limit, charge, now)
				: limit.shadow(charge.key(), charge.tokens(), now);
	}

	private Decision takeInAdvance(LimitBuckets limit, Charge charge, long now) {
		Advance advance = Settlements.advance(limit, charge.tokens());
		return limit.ask(charge.key(), (bucket) -> {
			Decision decision = bucket.takeOnLevel(advance, now);
			return (decision != null && decision.isAdmitted())
					? decision.settledBy(this.settlements.open(limit, charge, advance, bucket)) : decision;
		}, now).inShadow();
	}

}
