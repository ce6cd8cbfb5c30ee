package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Optional;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.gateway.body.ClientDisconnect;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker.Call;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Answers a request early, before anything is spent on it, while the upstream of its
 * route is slow. It measures the time from the end of the request until the response
 * begins: neither an upload nor the body of a stream nor the life of a WebSocket
 * connection counts. Thread-safe.
 */
final class CircuitBreakingGatewayFilter implements LimitingFilter {

	private static final String CALL = CircuitBreakingGatewayFilter.class.getName();

	private final TokenBucketGatewayFilter limited;

	private final LatencyCircuitBreakers breakers;

	private final ProblemResponses problems;

	CircuitBreakingGatewayFilter(TokenBucketGatewayFilter limited, LatencyCircuitBreakers breakers,
			ProblemResponses problems) {
		this.limited = limited;
		this.breakers = breakers;
		this.problems = problems;
	}

	@Override
	public List<String> limits() {
		return this.limited.limits();
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
		boolean alreadyCalled = exchange.getAttribute(CALL) != null;
		LatencyCircuitBreaker breaker = (route != null && !alreadyCalled) ? this.breakers.forRoute(route.getId())
				: null;
		if (breaker == null) {
			return this.limited.filter(exchange, chain);
		}
		Optional<Call> call = isWhole(exchange.getRequest()) ? breaker.tryCall() : breaker.tryUpload();
		if (call.isEmpty()) {
			this.limited.circuitOpen();
			return this.problems.slowUpstream(exchange, breaker.timeUntilProbe());
		}
		return call(call.get(), exchange, chain);
	}

	private Mono<Void> call(Call call, ServerWebExchange exchange, GatewayFilterChain chain) {
		exchange.getAttributes().put(CALL, call);
		return this.limited.filter(exchange, (routed) -> forward(call, routed, chain)).doFinally((signal) -> {
			exchange.getAttributes().remove(CALL);
			call.abandoned();
		});
	}

	private Mono<Void> forward(Call call, ServerWebExchange exchange, GatewayFilterChain chain) {
		ServerWebExchange forwarded = begin(call, exchange);
		exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(call::answered));
		return chain.filter(forwarded).doOnSuccess((done) -> call.answered()).doOnError(call::failed);
	}

	// A WebSocket is accepted before its upstream is asked, and has no end of a request.
	private static ServerWebExchange begin(Call call, ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		if (isWhole(request)) {
			call.forwarded();
			return exchange;
		}
		return exchange.mutate().request(new ServerHttpRequestDecorator(request) {

			@Override
			public Flux<DataBuffer> getBody() {
				return super.getBody().doOnComplete(call::forwarded);
			}

		}).build();
	}

	private static boolean isWhole(ServerHttpRequest request) {
		return !ClientDisconnect.isPossibleIn(request)
				&& !"websocket".equalsIgnoreCase(request.getHeaders().getUpgrade());
	}

	@Override
	public String toString() {
		return this.limited.toString();
	}

}
