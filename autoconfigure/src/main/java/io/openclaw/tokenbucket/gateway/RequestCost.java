package io.openclaw.tokenbucket.gateway;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Computes the cost of a request. A limit uses the bean of this type whose name is its
 * {@code cost}. Implementations must be thread-safe and must not block.
 */
@FunctionalInterface
public interface RequestCost {

	/**
	 * The cost of a request.
	 * @param exchange the request
	 * @return whole tokens, not negative. After an error, an empty answer or a negative
	 * one, the request costs one token. A request that costs more than the capacity gets
	 * 400
	 */
	Mono<Long> of(ServerWebExchange exchange);

}
