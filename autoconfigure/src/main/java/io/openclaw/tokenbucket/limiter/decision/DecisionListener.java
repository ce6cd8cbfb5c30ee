package io.openclaw.tokenbucket.limiter.decision;

/**
 * Is told of every final decision, on the thread that made it. Must be thread-safe and
 * quick, and must not throw.
 */
@FunctionalInterface
public interface DecisionListener {

	/**
	 * A request was admitted or rejected.
	 * @param event which request, and how it was decided
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
