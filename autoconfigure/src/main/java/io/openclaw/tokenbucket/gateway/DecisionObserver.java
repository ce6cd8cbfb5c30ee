package io.openclaw.tokenbucket.gateway;

import java.util.List;

import reactor.core.publisher.Mono;

import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * Sees requests that wait for a decision, or that are rejected. Must be thread-safe.
 */
@FunctionalInterface
public interface DecisionObserver {

	/** Sees nothing. */
	DecisionObserver NONE = (decisions, waits) -> decisions;

	/**
	 * A request waits, or is rejected.
	 * @param decisions its decisions, one for each limit
	 * @param waits whether they come later
	 * @return the same decisions at the same time
	 */
	Mono<List<Decision>> observe(Mono<List<Decision>> decisions, boolean waits);

}
