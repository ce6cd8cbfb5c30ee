package io.openclaw.tokenbucket.gateway.key;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * One key for all requests.
 */
record GlobalKey() implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return Mono.just("global");
	}

	@Override
	public String source() {
		return "nothing";
	}

}
