package io.openclaw.tokenbucket.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.route.RouteLocator;

import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.TokenBucketRouteFilter;

/**
 * Checks routes in Java when the application starts, and not with the first request.
 * Refuses those that name limits which are not configured, and creates the circuits of
 * the others.
 */
final class RouteLimitsInCodeValidator implements SmartInitializingSingleton {

	// Those of Spring Cloud Gateway itself lead to configured routes or to other
	// locators.
	private static final String GATEWAYS_OWN = "org.springframework.cloud.gateway.route.";

	private final Collection<RouteLocator> locators;

	private final RequestLimits limits;

	private final Consumer<String> circuits;

	RouteLimitsInCodeValidator(Collection<RouteLocator> locators, RequestLimits limits, Consumer<String> circuits) {
		this.locators = locators;
		this.limits = limits;
		this.circuits = circuits;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.locators.stream().filter((locator) -> !isGatewaysOwn(locator)).forEach(this::validate);
	}

	private static boolean isGatewaysOwn(RouteLocator locator) {
		String name = locator.getClass().getName();
		return name.startsWith(GATEWAYS_OWN) && !name.startsWith(GATEWAYS_OWN + "builder.");
	}

	// Routes in Java are there at once; those that a locator finds out later are not
	// seen.
	private void validate(RouteLocator locator) {
		List<Route> routes = new CopyOnWriteArrayList<>();
		locator.getRoutes().onErrorComplete().subscribe(routes::add).dispose();
		routes.forEach((route) -> route.getFilters().forEach((filter) -> validate(route.getId(), filter)));
	}

	private void validate(String route, GatewayFilter filter) {
		if (filter instanceof OrderedGatewayFilter ordered) {
			validate(route, ordered.getDelegate());
		}
		else if (filter instanceof TokenBucketRouteFilter tokenBucket) {
			tokenBucket.limits().forEach(this.limits::get);
			this.circuits.accept(route);
		}
	}

}
