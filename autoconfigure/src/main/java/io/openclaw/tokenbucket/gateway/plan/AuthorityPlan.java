package io.openclaw.tokenbucket.gateway.plan;

import java.security.Principal;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.web.server.ServerWebExchange;

/**
 * What an authority of the authenticated user says behind a prefix. Of several plans the
 * first by name counts.
 *
 * @param prefix what authorities that name a plan begin with
 * @param plans those that the limit has
 */
record AuthorityPlan(String prefix, Set<String> plans) implements PlanSource {

	@Override
	public Mono<String> planOf(ServerWebExchange exchange, String key, String bucket) {
		return exchange.getPrincipal().flatMap((user) -> Mono.justOrEmpty(planOf(user))).onErrorComplete();
	}

	private @Nullable String planOf(Principal user) {
		if (!(user instanceof Authentication login)) {
			return null;
		}
		return login.getAuthorities()
			.stream()
			.map(GrantedAuthority::getAuthority)
			.filter((authority) -> authority != null && authority.startsWith(this.prefix))
			.map((authority) -> authority.substring(this.prefix.length()))
			.filter(this.plans::contains)
			.sorted()
			.findFirst()
			.orElse(null);
	}

	@Override
	public String description() {
		return "an authority " + this.prefix + "<plan>";
	}

}
