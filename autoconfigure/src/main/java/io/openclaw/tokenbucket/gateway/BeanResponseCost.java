package io.openclaw.tokenbucket.gateway;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * What a {@link ResponseCost} bean answers; nothing where it has no valid answer, which
 * is logged at most once a minute. Thread-safe.
 */
final class BeanResponseCost {

	private static final Log logger = LogFactory.getLog(BeanResponseCost.class);

	private static final Duration MOST_WAITED = Duration.ofSeconds(10);

	private final String name;

	private final ResponseCost bean;

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	BeanResponseCost(String name, ResponseCost bean) {
		this.name = name;
		this.bean = bean;
	}

	Mono<Long> of(ServerWebExchange exchange) {
		return Mono.defer(() -> this.bean.of(exchange))
			.timeout(MOST_WAITED)
			.filter((tokens) -> tokens >= 0)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("it answered with no cost or a negative one")))
			.onErrorResume(this::unknown);
	}

	private Mono<Long> unknown(Throwable failure) {
		this.failures.pass((count) -> logger.warn("The ResponseCost bean '" + this.name + "' failed for " + count
				+ " requests since the last such line, which cost what they reserved", failure));
		return Mono.empty();
	}

}
