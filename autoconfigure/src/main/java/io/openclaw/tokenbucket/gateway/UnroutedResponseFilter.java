package io.openclaw.tokenbucket.gateway;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;

/**
 * Writes the answers to requests that were not routed, outside of all filters of the
 * route: until then the response is not committed, and filters that act on its status,
 * such as {@code Retry} and {@code CircuitBreaker}, still can. Thread-safe.
 */
public final class UnroutedResponseFilter implements GlobalFilter, Ordered {

	private final ProblemResponses problems;

	/**
	 * Creates the filter.
	 * @param problems the answers
	 */
	public UnroutedResponseFilter(ProblemResponses problems) {
		this.problems = problems;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		return chain.filter(exchange).then(Mono.defer(() -> this.problems.write(exchange)));
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
