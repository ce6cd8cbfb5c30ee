package io.openclaw.tokenbucket.gateway;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * What a {@link RequestCost} bean answers. If it has no valid answer, the request costs
 * one token, so that it neither fails nor is free; that it had none is logged at most
 * once a minute. Thread-safe.
 */
final class BeanCost implements RequestCost {

	private static final Log logger = LogFactory.getLog(BeanCost.class);

	private static final long FALLBACK = 1;

	private final String name;

	private final RequestCost bean;

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	/**
	 * Creates a cost.
	 * @param name the name of the bean
	 * @param bean the bean
	 */
	BeanCost(String name, RequestCost bean) {
		this.name = name;
		this.bean = bean;
	}

	@Override
	public Mono<Long> of(ServerWebExchange exchange) {
		return Mono.defer(() -> this.bean.of(exchange))
			.filter((tokens) -> tokens >= 0)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("it answered with no cost or a negative one")))
			.onErrorResume(this::fallback);
	}

	private Mono<Long> fallback(Throwable failure) {
		this.failures.pass((count) -> logger.warn("The RequestCost bean '" + this.name + "' failed for " + count
				+ " requests since the last such line, which cost one token", failure));
		return Mono.just(FALLBACK);
	}

}
