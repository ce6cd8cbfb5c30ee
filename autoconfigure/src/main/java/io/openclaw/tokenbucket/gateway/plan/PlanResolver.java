package io.openclaw.tokenbucket.gateway.plan;

import reactor.core.publisher.Mono;

/**
 * Knows the plans of callers, from a database for example. A limit names the bean in
 * {@code plan}. It is asked once for a caller, however many requests wait for the answer,
 * and again when {@code openclaw.plans.time-to-live} has passed. Must be thread-safe and
 * must not block.
 */
@FunctionalInterface
public interface PlanResolver {

	/**
	 * Finds the plan of a caller.
	 * @param key what the limit counts by, as the caller sends it: for API keys the key
	 * itself, which must not be logged
	 * @return the name of an override of the limit; empty for those who have no plan. An
	 * error, or no answer within {@code openclaw.plans.timeout}, leaves the plan that was
	 * known before
	 */
	Mono<String> resolve(String key);

}
