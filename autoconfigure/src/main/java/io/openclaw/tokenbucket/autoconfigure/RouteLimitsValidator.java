package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.cloud.gateway.support.NameUtils;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;
import io.openclaw.tokenbucket.gateway.UnknownLimitException;

/**
 * Refuses routes that name limits which are not configured. Spring Cloud Gateway creates
 * the filters of configured routes only once the application has started, logs what fails
 * then, and answers requests without the routes.
 */
final class RouteLimitsValidator implements SmartInitializingSingleton {

	private static final String FILTER = NameUtils.normalizeFilterFactoryName(TokenBucketGatewayFilterFactory.class);

	private final GatewayProperties gateway;

	private final RequestLimits limits;

	RouteLimitsValidator(GatewayProperties gateway, RequestLimits limits) {
		this.gateway = gateway;
		this.limits = limits;
	}

	@Override
	public void afterSingletonsInstantiated() {
		validate(GatewayProperties.PREFIX + ".default-filters", this.gateway.getDefaultFilters());
		List<RouteDefinition> routes = this.gateway.getRoutes();
		for (int i = 0; i < routes.size(); i++) {
			validate("%s.routes[%d].filters".formatted(GatewayProperties.PREFIX, i), routes.get(i).getFilters());
		}
	}

	private void validate(String property, List<FilterDefinition> filters) {
		for (int i = 0; i < filters.size(); i++) {
			if (FILTER.equals(filters.get(i).getName())) {
				validate("%s[%d]".formatted(property, i), filters.get(i));
			}
		}
	}

	private void validate(String property, FilterDefinition filter) {
		List<String> arguments = List.copyOf(filter.getArgs().values());
		if (arguments.stream().anyMatch((argument) -> argument.contains("#{"))) {
			// An expression is evaluated when the route is created.
			return;
		}
		String value = FILTER + "=" + String.join(",", arguments);
		try {
			TokenBucketGatewayFilterFactory.namesIn(arguments).forEach(this.limits::get);
		}
		catch (UnknownLimitException ex) {
			throw new OpenClawConfigurationException(property, value, String.valueOf(ex.getMessage()),
					"Configure openclaw.buckets.%s, or name an existing limit.".formatted(ex.getLimit()));
		}
		catch (IllegalArgumentException ex) {
			throw new OpenClawConfigurationException(property, value, String.valueOf(ex.getMessage()),
					"Name each limit once: %s=<limit>,<limit>.".formatted(FILTER));
		}
	}

}
