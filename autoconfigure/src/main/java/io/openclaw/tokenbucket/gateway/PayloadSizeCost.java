package io.openclaw.tokenbucket.gateway;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.body.ArrivedBody;

/**
 * One token for each started unit of the request's body, and at least one token.
 *
 * @param unit bytes, positive
 */
record PayloadSizeCost(long unit) implements RequestCost {

	@Override
	public Mono<Long> of(ServerWebExchange exchange) {
		return Mono.just(tokens(ArrivedBody.lengthOf(exchange)));
	}

	/**
	 * The longest body that costs no more than so many tokens.
	 * @param tokens at least one
	 * @return bytes
	 */
	long bytes(long tokens) {
		return (tokens > Long.MAX_VALUE / this.unit) ? Long.MAX_VALUE : tokens * this.unit;
	}

	/**
	 * What a body costs.
	 * @param bytes its length, not negative
	 * @return tokens
	 */
	long tokens(long bytes) {
		return Math.max(1, bytes / this.unit + ((bytes % this.unit > 0) ? 1 : 0));
	}

}
