package io.openclaw.tokenbucket.gateway;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.cloud.gateway.support.HasRouteId;

import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.gateway.answer.RateLimitHeaders;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Limits a route: {@code TokenBucket=rating}, or {@code TokenBucket=per-user,per-ip} for
 * several limits, all or nothing.
 * <p>
 * The filter keeps its place in the list of its route's filters, as those of Spring Cloud
 * Gateway do: put it before what costs more than a decision. A request pays each limit
 * once, even if it passes the filter again because of a retry or a forward; a WebSocket
 * connection is one request. Two filters on one route are not all or nothing: what the
 * first admitted stays spent if the second rejects.
 */
public class TokenBucketGatewayFilterFactory
		extends AbstractGatewayFilterFactory<TokenBucketGatewayFilterFactory.Config> {

	private final RequestLimits limits;

	private final Cashier cashier;

	private final RequestDecisions requestDecisions;

	private final ProblemResponses problems;

	private final @Nullable LatencyCircuitBreakers breakers;

	/**
	 * Creates a factory.
	 * @param limits the limits that routes can name
	 * @param limiter decides
	 * @param headers tells callers of their limits
	 * @param problems answers requests that are not routed
	 * @param breakers answer early while the upstream of a route is slow; {@code null} if
	 * nothing shall
	 * @param observer sees requests that wait or are rejected
	 */
	public TokenBucketGatewayFilterFactory(RequestLimits limits, TokenBucketLimiter limiter, RateLimitHeaders headers,
			ProblemResponses problems, @Nullable LatencyCircuitBreakers breakers, DecisionObserver observer) {
		super(Config.class);
		this.limits = limits;
		this.cashier = new Cashier(limiter, observer);
		this.requestDecisions = new RequestDecisions(headers);
		this.problems = problems;
		this.breakers = breakers;
	}

	/**
	 * Creates the filter of a route.
	 * @param config names the limits
	 * @return the filter
	 * @throws UnknownLimitException if one of them is not configured
	 * @throws IllegalArgumentException if none is named, or one twice
	 */
	@Override
	public GatewayFilter apply(Config config) {
		List<String> names = namesIn(config.getLimits());
		names.forEach(this.limits::get);
		if (this.breakers != null && config.getRouteId() != null) {
			// Its circuit is seen before its first request.
			this.breakers.forRoute(config.getRouteId());
		}
		TokenBucketGatewayFilter limited = new TokenBucketGatewayFilter(names, this.limits, this.cashier,
				this.requestDecisions, this.problems);
		return new UpstreamGatewayFilter(limited, this.breakers, this.cashier.limiter().adaptive(), this.problems);
	}

	@Override
	public ShortcutType shortcutType() {
		return ShortcutType.GATHER_LIST;
	}

	@Override
	public List<String> shortcutFieldOrder() {
		return List.of("limits");
	}

	/**
	 * Reads the names of limits from a filter's arguments.
	 * @param arguments one or more names each, separated by commas
	 * @return the names
	 * @throws IllegalArgumentException if there is none, or one twice
	 */
	public static List<String> namesIn(List<String> arguments) {
		List<String> names = arguments.stream()
			.flatMap((argument) -> Arrays.stream(argument.split(",")))
			.map(String::strip)
			.filter((name) -> !name.isEmpty())
			.toList();
		if (names.isEmpty()) {
			throw new IllegalArgumentException("TokenBucket names no limit");
		}
		if (new HashSet<>(names).size() < names.size()) {
			throw new IllegalArgumentException("TokenBucket names a limit twice: " + String.join(",", names));
		}
		return names;
	}

	/**
	 * The arguments of the filter.
	 */
	public static class Config implements HasRouteId {

		private List<String> limits = List.of();

		private @Nullable String routeId;

		/**
		 * The names of the limits.
		 * @return the names
		 */
		public List<String> getLimits() {
			return this.limits;
		}

		/**
		 * Names the limits.
		 * @param limits names of limits
		 */
		public void setLimits(List<String> limits) {
			this.limits = List.copyOf(limits);
		}

		@Override
		public @Nullable String getRouteId() {
			return this.routeId;
		}

		@Override
		public void setRouteId(String routeId) {
			this.routeId = routeId;
		}

	}

}
