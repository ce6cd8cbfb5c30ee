package io.openclaw.tokenbucket.gateway.observation;

import java.util.List;

import io.micrometer.observation.Observation;

import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * The subject of an observation of decisions. Mutable, confined to the request.
 */
public class DecisionContext extends Observation.Context {

	private final boolean waited;

	private volatile List<Decision> decisions = List.of();

	DecisionContext(boolean waited) {
		this.waited = waited;
	}

	/**
	 * Whether the request waits, or waited.
	 * @return {@code false} if it was rejected at once
	 */
	public boolean waited() {
		return this.waited;
	}

	/**
	 * The decisions.
	 * @return one for each limit; none until they are there, or if the caller went away
	 */
	public List<Decision> decisions() {
		return this.decisions;
	}

	void decide(List<Decision> made) {
		this.decisions = made;
	}

}
