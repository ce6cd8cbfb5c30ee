package io.openclaw.tokenbucket.gateway;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Says what a request costs. A bean of this type is used by the limits whose {@code cost}
 * is its name. Must be thread-safe and must not block.
 */
@FunctionalInterface
public interface RequestCost {

	/**
	 * The cost of a request.
	 * @param exchange the request
	 * @return whole tokens, not negative; after an error, an empty answer or a negative
	 * one the request costs one token, and a cost above the capacity is answered with 400
	 */
	Mono<Long> of(ServerWebExchange exchange);

}
