package io.openclaw.tokenbucket.gateway.key;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * An API key in the query of the request. A parameter that comes with several values is
 * ambiguous.
 *
 * @param name the name of the parameter
 */
record QueryKey(String name) implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return SingleValue.of(exchange.getRequest().getQueryParams().get(this.name), this);
	}

	@Override
	public String source() {
		return "a single value of the query parameter " + this.name;
	}

	@Override
	public boolean isCredential() {
		return true;
	}

}
