package io.openclaw.tokenbucket.limiter.decision;

import java.util.List;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * The decision about one request and several limits, all or nothing. Immutable.
 *
 * @param outcome admitted if every limit admitted, rejected if any rejected, else
 * waiting; what limits in shadow mode say does not count
 * @param decisions one per limit, in the order of the charges; those of limits that had
 * tokens while another rejected have the reason {@link Reason#OTHER_LIMIT}, and so have
 * those of limits in shadow mode, which are not asked then
 * @param completion completes with the final decision, never exceptionally; present only
 * while waiting. Cancelling it takes all reservations back, and what is consumed at that
 * moment, except by limits in shadow mode
 */
public record JointDecision(Outcome outcome, List<Decision> decisions,
		@Nullable CompletionStage<JointDecision> completion) {

	/**
	 * Whether the tokens of every limit that is enforced are consumed.
	 * @return {@code true} if admitted
	 */
	public boolean isAdmitted() {
		return this.outcome == Outcome.ADMITTED;
	}

}
