package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
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
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveLimits;
import io.openclaw.tokenbucket.limiter.adaptive.UpstreamMeter;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker.Call;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Follows requests to the upstream of their route. Answers one early, before anything is
 * spent on it, while the upstream is slow. What it measures is the time from the end of
 * the request until the response begins: neither an upload nor the body of a stream nor
 * the life of a WebSocket connection counts. Thread-safe.
 */
final class UpstreamGatewayFilter implements LimitingFilter {

	private static final String CALL = UpstreamGatewayFilter.class.getName();

	private final TokenBucketGatewayFilter limited;

	private final @Nullable LatencyCircuitBreakers breakers;

	private final AdaptiveLimits adaptive;

	private final ProblemResponses problems;

	/**
	 * Creates the filter.
	 * @param breakers {@code null} if nothing is answered early
	 * @param adaptive the limits that follow what their upstreams bear
	 */
	UpstreamGatewayFilter(TokenBucketGatewayFilter limited, @Nullable LatencyCircuitBreakers breakers,
			AdaptiveLimits adaptive, ProblemResponses problems) {
		this.limited = limited;
		this.breakers = breakers;
		this.adaptive = adaptive;
		this.problems = problems;
	}

	@Override
	public List<String> limits() {
		return this.limited.limits();
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		LatencyCircuitBreaker breaker = breaker(exchange);
		List<UpstreamMeter> meters = meters();
		if (breaker == null && meters.isEmpty()) {
			return this.limited.filter(exchange, chain);
		}
		if (breaker == null) {
			return follow(new UpstreamCall(exchange, null, meters), exchange, chain);
		}
		Optional<Call> call = isWhole(exchange.getRequest()) ? breaker.tryCall() : breaker.tryUpload();
		if (call.isEmpty()) {
			this.limited.circuitOpen();
			return this.problems.slowUpstream(exchange, breaker.timeUntilProbe());
		}
		exchange.getAttributes().put(CALL, call.get());
		return follow(new UpstreamCall(exchange, call.get(), meters), exchange, chain)
			.doFinally((signal) -> exchange.getAttributes().remove(CALL));
	}

	private @Nullable LatencyCircuitBreaker breaker(ServerWebExchange exchange) {
		Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
		boolean alreadyCalled = exchange.getAttribute(CALL) != null;
		return (this.breakers != null && route != null && !alreadyCalled) ? this.breakers.forRoute(route.getId())
				: null;
	}

	private List<UpstreamMeter> meters() {
		return this.adaptive.isEmpty() ? List.of()
				: limits().stream().map(this.adaptive::meter).filter(Objects::nonNull).toList();
	}

	private Mono<Void> follow(UpstreamCall call, ServerWebExchange exchange, GatewayFilterChain chain) {
		return this.limited.filter(exchange, (routed) -> forward(call, routed, chain))
			.doFinally((signal) -> call.abandoned());
	}

	private Mono<Void> forward(UpstreamCall call, ServerWebExchange exchange, GatewayFilterChain chain) {
		ServerWebExchange forwarded = begin(call, exchange);
		exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(call::answered));
		return chain.filter(forwarded).doOnSuccess((done) -> call.answered()).doOnError(call::failed);
	}

	// A WebSocket is accepted before its upstream is asked, and has no end of a request.
	private static ServerWebExchange begin(UpstreamCall call, ServerWebExchange exchange) {
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
