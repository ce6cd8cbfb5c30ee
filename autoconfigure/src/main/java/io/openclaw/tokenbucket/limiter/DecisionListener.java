package io.openclaw.tokenbucket.limiter;

/**
 * Is told of every final decision, on the thread that made it. Must be thread-safe, quick
 * and must not throw.
 */
@FunctionalInterface
public interface DecisionListener {

	/**
	 * A request was admitted or rejected.
	 * @param decision the final decision, never waiting
	 * @param nanos nanoseconds from the question to the answer, waiting included
	 */
	void onDecision(Decision decision, long nanos);

}
