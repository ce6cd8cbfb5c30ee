package io.openclaw.tokenbucket.limiter.decision;

/**
 * The decision of one limit about one request. A request with several limits makes one
 * event for each. Immutable.
 *
 * @param key whose bucket was asked, as endpoints show it: an API key by its id
 * @param tokens what the request costs, in whole tokens, not negative
 * @param decision the final decision, never waiting; {@link Decision#limit()} names the
 * limit
 * @param waited whether the request waited for acknowledgements of other members
 * @param nanos nanoseconds from the question to the answer, waiting included
 */
public record DecisionEvent(String key, long tokens, Decision decision, boolean waited, long nanos) {

	/**
	 * The name of the limit.
	 * @return the name
	 */
	public String limit() {
		return this.decision.limit().name();
	}

}
