package io.openclaw.tokenbucket.gateway.key;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * What a {@link KeyResolver} bean answers. A request for which it fails has no key; that
 * it failed is logged at most once a minute. A bean may answer with an
 * {@link AmbiguousKeyException} itself. Thread-safe.
 */
final class ResolverKey implements RequestKey {

	private static final Log logger = LogFactory.getLog(ResolverKey.class);

	private final String name;

	private final KeyResolver resolver;

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	/**
	 * Creates a key.
	 * @param name the name of the bean
	 * @param resolver the bean
	 */
	ResolverKey(String name, KeyResolver resolver) {
		this.name = name;
		this.resolver = resolver;
	}

	@Override
	public Mono<String> resolve(ServerWebExchange exchange) {
		return Mono.defer(() -> this.resolver.resolve(exchange))
			.filter(StringUtils::hasText)
			.onErrorResume((failure) -> !(failure instanceof AmbiguousKeyException), this::withoutKey);
	}

	private Mono<String> withoutKey(Throwable failure) {
		this.failures
			.pass((count) -> logger.warn(
					"The KeyResolver bean '" + this.name + "' failed for " + count
							+ " requests since the last such line, which are treated as requests without a key",
					failure));
		return Mono.empty();
	}

	@Override
	public String source() {
		return "a key that " + this.name + " can find";
	}

}
