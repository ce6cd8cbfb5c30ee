package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.function.Function;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Mono;

import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * The answer of a bean of the application about the cost of a request. If it has no valid
 * answer, the request neither fails nor is free, and a line says so at most once a
 * minute. Thread-safe.
 */
final class BeanCost {

	private static final Log logger = LogFactory.getLog(BeanCost.class);

	private static final Duration MOST_WAITED = Duration.ofSeconds(10);

	private final String bean;

	private final Function<ServerWebExchange, Mono<Long>> cost;

	private final String consequence;

	private final Mono<Long> otherwise;

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	private BeanCost(String bean, Function<ServerWebExchange, Mono<Long>> cost, String consequence,
			Mono<Long> otherwise) {
		this.bean = bean;
		this.cost = cost;
		this.consequence = consequence;
		this.otherwise = otherwise;
	}

	/**
	 * The cost that is known before; one token where it is not.
	 * @param name the name of the bean
	 * @param bean the bean
	 */
	static BeanCost of(String name, RequestCost bean) {
		return new BeanCost("RequestCost bean '" + name + "'", bean::of, "cost one token", Mono.just(1L));
	}

	/**
	 * The cost that is known afterwards; empty where it is not, or not in time.
	 * @param name the name of the bean
	 * @param bean the bean
	 */
	static BeanCost of(String name, ResponseCost bean) {
		return new BeanCost("ResponseCost bean '" + name + "'", (exchange) -> bean.of(exchange).timeout(MOST_WAITED),
				"cost what they reserved", Mono.empty());
	}

	Mono<Long> ask(ServerWebExchange exchange) {
		return Mono.defer(() -> this.cost.apply(exchange))
			.filter((tokens) -> tokens >= 0)
			.switchIfEmpty(Mono.error(() -> new IllegalStateException("it answered with no cost or a negative one")))
			.onErrorResume(this::unknown);
	}

	private Mono<Long> unknown(Throwable failure) {
		this.failures.pass((count) -> logger.warn("The " + this.bean + " failed for " + count
				+ " requests since the last such line, which " + this.consequence, failure));
		return this.otherwise;
	}

}
