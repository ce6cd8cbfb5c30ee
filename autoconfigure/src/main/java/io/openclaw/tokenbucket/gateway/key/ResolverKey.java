package io.openclaw.tokenbucket.gateway.key;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * What a {@link KeyResolver} bean answers.
 *
 * @param name the name of the bean
 * @param resolver the bean
 */
record ResolverKey(String name, KeyResolver resolver) implements RequestKey {

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return this.resolver.resolve(exchange).filter(StringUtils::hasText);
	}

	@Override
	public String source() {
		return "a key that " + this.name + " can find";
	}

}
