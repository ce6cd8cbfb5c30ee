package io.openclaw.tokenbucket.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.event.RefreshRoutesResultEvent;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.context.ApplicationListener;

/**
 * The routes that name each limit, as of the last time that routes were read.
 * Thread-safe.
 */
public final class LimitedRoutes implements ApplicationListener<RefreshRoutesResultEvent> {

	private final ObjectProvider<RouteLocator> locator;

	private volatile Map<String, List<String>> byLimit = Map.of();

	/**
	 * Creates the map, empty at first.
	 * @param locator finds all routes
	 */
	public LimitedRoutes(ObjectProvider<RouteLocator> locator) {
		this.locator = locator;
	}

	/**
	 * The routes that name a limit.
	 * @param limit the name of the limit
	 * @return ids of routes, none if the limit is not known
	 */
	public List<String> of(String limit) {
		return this.byLimit.getOrDefault(limit, List.of());
	}

	@Override
	public void onApplicationEvent(RefreshRoutesResultEvent event) {
		this.locator.ifAvailable((available) -> available.getRoutes()
			.collectList()
			.onErrorComplete()
			.subscribe((routes) -> this.byLimit = byLimit(routes)));
	}

	private static Map<String, List<String>> byLimit(List<Route> routes) {
		Map<String, List<String>> byLimit = new HashMap<>();
		for (Route route : routes) {
			route.getFilters()
				.stream()
				.flatMap((filter) -> limitsOf(filter).stream())
				.distinct()
				.forEach((limit) -> byLimit.computeIfAbsent(limit, (added) -> new ArrayList<>()).add(route.getId()));
		}
		return Map.copyOf(byLimit);
	}

	private static List<String> limitsOf(GatewayFilter filter) {
		GatewayFilter limiting = (filter instanceof OrderedGatewayFilter ordered) ? ordered.getDelegate() : filter;
		return (limiting instanceof LimitingFilter limited) ? limited.limits() : List.of();
	}

}
