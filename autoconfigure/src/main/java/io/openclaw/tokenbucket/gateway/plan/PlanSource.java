package io.openclaw.tokenbucket.gateway.plan;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Says which plan a request is under. Thread-safe.
 */
public interface PlanSource {

	/**
	 * Finds the plan of a request.
	 * @param exchange the request
	 * @param key what the limit counts by, as the caller sends it
	 * @param name how the limiter names the bucket of the caller
	 * @return the name of a plan, which need not exist; empty if there is none. Never an
	 * error
	 */
	Mono<String> planOf(ServerWebExchange exchange, String key, String name);

	/**
	 * Where plans come from, for people.
	 * @return such as {@code the header X-Plan}
	 */
	String description();

	/**
	 * Whether each request brings its plan, so that two of one caller may differ.
	 * @return {@code false} if the plan goes by the key
	 */
	default boolean isPerRequest() {
		return true;
	}

	/**
	 * The plan of a caller as far as it is known without a request. Asks nobody.
	 * @param name how the limiter names the bucket of the caller
	 * @return the plan, {@code null} if there is none or nothing is known
	 */
	default @Nullable String heldPlanOf(String name) {
		return null;
	}

}
