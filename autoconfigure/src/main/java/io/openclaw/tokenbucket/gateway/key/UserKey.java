package io.openclaw.tokenbucket.gateway.key;

import java.security.Principal;

import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * The name of the authenticated user.
 */
record UserKey() implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return exchange.getPrincipal().mapNotNull(Principal::getName).filter(StringUtils::hasText);
	}

	@Override
	public String source() {
		return "an authenticated user";
	}

}
