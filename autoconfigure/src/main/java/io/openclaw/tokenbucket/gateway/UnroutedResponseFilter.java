package io.openclaw.tokenbucket.gateway;

import java.util.function.Predicate;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;

/**
 * Writes the answers to requests that were not routed, outside of all filters of the
 * route: until then the response is not committed, and filters that act on its status,
 * such as {@code Retry} and {@code CircuitBreaker}, still can. Requests that were routed
 * are settled here. Thread-safe.
 */
public final class UnroutedResponseFilter implements GlobalFilter, Ordered {

	private final ProblemResponses problems;

	private final SettlingRequests settling;

	/**
	 * Creates the filter.
	 * @param problems the answers
	 * @param limits the limits that routes can name
	 * @param settlingRoutes whether a route is settled by something else than these
	 * limits, by its id
	 */
	public UnroutedResponseFilter(ProblemResponses problems, RequestLimits limits, Predicate<String> settlingRoutes) {
		this.problems = problems;
		this.settling = new SettlingRequests(limits, settlingRoutes);
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		return this.settling.settle(exchange, chain).then(Mono.defer(() -> this.problems.write(exchange)));
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

}
