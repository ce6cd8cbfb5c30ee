package io.openclaw.tokenbucket.gateway.answer;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Writes the response to a request that was not routed. A bean of this type replaces
 * {@link NegotiatingProblemWriter}. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface ProblemWriter {

	/**
	 * Writes a response. Its status, {@code Retry-After} and {@code Cache-Control} are
	 * set. The gateway adds the headers about limits when the response is committed.
	 * @param exchange the request and its response, not committed
	 * @param problem why the request was not routed
	 * @return completes when the response is written
	 */
	Mono<Void> write(ServerWebExchange exchange, Problem problem);

}
