package io.openclaw.tokenbucket.limiter.decision;

import java.util.List;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * The decision about one request and several limits, all or nothing. Immutable.
 *
 * @param outcome admitted if every limit admitted, rejected if any rejected, else
 * waiting; limits in shadow mode do not count
 * @param decisions one per limit, in the order of the charges. If another limit rejected,
 * limits that had tokens have the reason {@link Reason#OTHER_LIMIT}. So do limits in
 * shadow mode, which are not asked in that case
 * @param completion completes with the final decision, never exceptionally; present only
 * while waiting. Cancelling it takes all reservations back. Tokens that were consumed by
 * then are given back, except by limits in shadow mode
 */
public record JointDecision(Outcome outcome, List<Decision> decisions,
		@Nullable CompletionStage<JointDecision> completion) {

	/**
	 * The decision of a request that meets one limit.
	 * @param decision of that limit, final
	 * @return the same decision
	 */
	public static JointDecision of(Decision decision) {
		Outcome outcome = decision.isAdmitted() ? Outcome.ADMITTED : decision.outcome();
		return new JointDecision(outcome, List.of(decision), null);
	}

	/**
	 * Whether the tokens of every limit that is enforced are consumed.
	 * @return {@code true} if admitted
	 */
	public boolean isAdmitted() {
		return this.outcome == Outcome.ADMITTED;
	}

}
