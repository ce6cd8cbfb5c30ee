package io.openclaw.tokenbucket.gateway.key;

import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * An API key in the query of the request. A parameter that comes with several values is
 * no key, as with {@link HeaderKey}.
 *
 * @param name the name of the parameter
 */
record QueryKey(String name) implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		List<String> values = exchange.getRequest().getQueryParams().get(this.name);
		if (values == null || values.size() != 1 || !StringUtils.hasText(values.get(0))) {
			return Mono.empty();
		}
		return Mono.just(values.get(0).strip());
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
