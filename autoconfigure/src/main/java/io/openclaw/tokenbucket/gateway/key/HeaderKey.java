package io.openclaw.tokenbucket.gateway.key;

import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * The value of a request header. A header that comes with several values is no key:
 * whoever reads another of them than the service behind the gateway does would let a
 * caller choose a bucket of its own for every request.
 *
 * @param name the name of the header
 * @param isCredential whether the value is an API key
 */
record HeaderKey(String name, boolean isCredential) implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		List<String> values = exchange.getRequest().getHeaders().get(this.name);
		if (values == null || values.size() != 1 || !StringUtils.hasText(values.get(0))) {
			return Mono.empty();
		}
		return Mono.just(values.get(0).strip());
	}

	@Override
	public String source() {
		return "a single value in the header " + this.name;
	}

}
