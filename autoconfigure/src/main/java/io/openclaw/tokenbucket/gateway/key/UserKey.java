package io.openclaw.tokenbucket.gateway.key;

import java.security.Principal;

import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * The name of the authenticated user.
 */
record UserKey() implements RequestKey {

	private static final String ANONYMOUS = "org.springframework.security.authentication.AnonymousAuthenticationToken";

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return exchange.getPrincipal()
			.filter((principal) -> !isAnonymous(principal))
			.mapNotNull(Principal::getName)
			.filter(StringUtils::hasText);
	}

	// Spring Security's stand-in for nobody, known by name so as not to need it.
	private static boolean isAnonymous(Principal principal) {
		Class<?> type = principal.getClass();
		while (type != null && !type.getName().equals(ANONYMOUS)) {
			type = type.getSuperclass();
		}
		return type != null;
	}

	@Override
	public boolean authenticates() {
		return true;
	}

	@Override
	public String source() {
		return "an authenticated user";
	}

}
