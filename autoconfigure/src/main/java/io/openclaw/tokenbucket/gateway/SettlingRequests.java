package io.openclaw.tokenbucket.gateway;

import java.util.Collections;
import java.util.Set;
import java.util.function.Predicate;

import reactor.core.publisher.Mono;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.web.server.ServerWebExchange;

/**
 * Settles requests whose routes have limits of which the cost is known only afterwards,
 * however they end. Stands outside of the filters of the route, since the body of a
 * response passes outside of them. Thread-safe.
 */
final class SettlingRequests {

	private final RequestLimits limits;

	private final Predicate<String> settlingRoutes;

	/**
	 * Creates settlements.
	 * @param limits the limits that routes can name
	 * @param settlingRoutes whether something else than those settles, by the id of a
	 * route
	 */
	SettlingRequests(RequestLimits limits, Predicate<String> settlingRoutes) {
		this.limits = limits;
		this.settlingRoutes = settlingRoutes;
	}

	/**
	 * Has a request handled and settled.
	 * @param chain handles it, as it is where there is nothing to settle
	 */
	Mono<Void> settle(ServerWebExchange exchange, GatewayFilterChain chain) {
		Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
		if (route == null || !settles(route) || OpenSettlements.of(exchange) != null) {
			return chain.filter(exchange);
		}
		OpenSettlements open = OpenSettlements.begin(exchange);
		exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(open::head));
		ServerWebExchange settled = exchange.mutate()
			.response(new SettlingResponse(exchange.getResponse(), open))
			.build();
		return chain.filter(settled)
			.doOnSuccess((done) -> open.answered())
			.doOnError(open::failed)
			.doOnCancel(open::cancelled)
			.contextWrite((context) -> context.put(OpenSettlements.class, open));
	}

	private boolean settles(Route route) {
		Set<String> settling = this.limits.settling();
		return (!settling.isEmpty() && names(settling, route)) || this.settlingRoutes.test(route.getId());
	}

	private static boolean names(Set<String> settling, Route route) {
		for (GatewayFilter filter : route.getFilters()) {
			GatewayFilter limiting = (filter instanceof OrderedGatewayFilter ordered) ? ordered.getDelegate() : filter;
			if (limiting instanceof LimitingFilter named && !Collections.disjoint(settling, named.limits())) {
				return true;
			}
		}
		return false;
	}

}
