package io.openclaw.tokenbucket.gateway.plan;

import java.security.Principal;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.web.server.ServerWebExchange;

/**
 * What a claim of the token says that the user was authenticated by: a JWT, an opaque
 * token that was introspected, or an OpenID Connect login.
 *
 * @param name the name of the claim
 */
record ClaimPlan(String name) implements PlanSource {

	@Override
	public Mono<String> planOf(ServerWebExchange exchange, String key, String bucket) {
		return exchange.getPrincipal().flatMap((user) -> Mono.justOrEmpty(claimOf(user))).onErrorComplete();
	}

	private @Nullable String claimOf(Principal user) {
		Object value = claims((user instanceof Authentication login) ? login.getPrincipal() : user).get(this.name);
		if (value instanceof Collection<?> several) {
			// Several together are the name of no plan.
			return several.isEmpty() ? null : several.stream().map(String::valueOf).collect(Collectors.joining(","));
		}
		return (value != null) ? value.toString() : null;
	}

	private static Map<String, Object> claims(@Nullable Object principal) {
		if (principal instanceof ClaimAccessor token) {
			return token.getClaims();
		}
		return (principal instanceof OAuth2AuthenticatedPrincipal user) ? user.getAttributes() : Map.of();
	}

	@Override
	public String description() {
		return "the claim " + this.name;
	}

}
