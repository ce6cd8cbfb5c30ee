package io.openclaw.tokenbucket.gateway;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * Says what a request has cost once it is answered. A bean of this type is used by the
 * limits whose {@code settle} is its name. Must be thread-safe and must not block.
 */
@FunctionalInterface
public interface ResponseCost {

	/**
	 * The cost of a request. Asked once, when the last byte of the response has passed,
	 * and not at all of a request that failed.
	 * @param exchange the request with its response, whose headers can still be read
	 * @return whole tokens, not negative; after an error, an empty answer, a negative one
	 * or none within ten seconds the request costs what it reserved
	 */
	Mono<Long> of(ServerWebExchange exchange);

}
