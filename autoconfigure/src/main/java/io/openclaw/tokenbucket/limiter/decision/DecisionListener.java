package io.openclaw.tokenbucket.limiter.decision;

/**
 * Receives every final decision, on the thread that made it. Implementations must be
 * thread-safe and quick, and must not throw.
 */
@FunctionalInterface
public interface DecisionListener {

	/**
	 * A request was admitted or rejected.
	 * @param event the request and the decision
	 */
	void onDecision(DecisionEvent event);

	/**
	 * A request was answered before any bucket was asked, and consumed nothing.
	 * @param limit the name of a limit that it would have met
	 * @param refusal why
	 */
	default void onRefusal(String limit, Refusal refusal) {
	}

	/**
	 * A request that had paid in advance was settled.
	 * @param event how
	 */
	default void onSettlement(SettlementEvent event) {
	}

}
