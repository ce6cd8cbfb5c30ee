package io.openclaw.tokenbucket.gateway.key;

import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

/**
 * One key for all requests.
 */
record GlobalKey() implements RequestKey {

	private static final String KEY = "global";

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return Mono.just(KEY);
	}

	@Override
	public String canonical(String text) {
		return KEY;
	}

	@Override
	public String source() {
		return "nothing";
	}

}
