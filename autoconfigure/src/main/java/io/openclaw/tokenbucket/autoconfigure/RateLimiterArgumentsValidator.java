package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.event.FilterArgsEvent;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.filter.factory.RequestRateLimiterGatewayFilterFactory;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.cloud.gateway.support.NameUtils;
import org.springframework.cloud.gateway.support.ShortcutConfigurable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.expression.ExpressionException;
import org.springframework.expression.spel.standard.SpelExpressionParser;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.ratelimiter.RejectedArgumentException;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;

/**
 * Configures the limits of routes whose {@code RequestRateLimiter} asks
 * {@code tokenBucketRateLimiter}, when the application starts and not with the first
 * request: peers may tell of their buckets by then. Refuses arguments that make no limit.
 */
final class RateLimiterArgumentsValidator implements SmartInitializingSingleton {

	static final String PROPERTIES = GatewayProperties.PREFIX + "." + TokenBucketRateLimiter.ARGUMENTS;

	private static final String FILTER = NameUtils
		.normalizeFilterFactoryName(RequestRateLimiterGatewayFilterFactory.class);

	private final ObjectProvider<GatewayProperties> gateway;

	private final TokenBucketRateLimiter limiter;

	private final ObjectProvider<RequestRateLimiterGatewayFilterFactory> factory;

	private final BeanFactory beans;

	private final ApplicationEventPublisher publisher;

	// Arguments that are properties may be those of another rate limiter.
	private final Set<String> bound;

	private final SpelExpressionParser parser = new SpelExpressionParser();

	RateLimiterArgumentsValidator(ObjectProvider<GatewayProperties> gateway, TokenBucketRateLimiter limiter,
			Set<String> bound, ObjectProvider<RequestRateLimiterGatewayFilterFactory> factory, BeanFactory beans,
			ApplicationEventPublisher publisher) {
		this.gateway = gateway;
		this.limiter = limiter;
		this.bound = Set.copyOf(bound);
		this.factory = factory;
		this.beans = beans;
		this.publisher = publisher;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> inCode = new TreeSet<>(this.limiter.getConfig().keySet());
		inCode.removeAll(this.bound);
		this.gateway.ifAvailable((properties) -> {
			properties.getRoutes().forEach((route) -> inCode.remove(String.valueOf(route.getId())));
			validate(properties);
		});
		inCode.forEach(this::prepare);
	}

	// Whatever is neither a property nor a configured route's was put there as its route
	// in Java was built.
	private void prepare(String routeId) {
		try {
			this.limiter.prepare(routeId);
		}
		catch (RejectedArgumentException ex) {
			throw new OpenClawConfigurationException("route '%s' in Java, %s".formatted(routeId, ex.getArgument()),
					ex.getValue(), "no limit can have it", "Set it to %s.".formatted(ex.getRange()));
		}
	}

	private void validate(GatewayProperties properties) {
		List<RouteDefinition> routes = properties.getRoutes();
		for (int i = 0; i < routes.size(); i++) {
			RouteDefinition route = routes.get(i);
			if (route.isEnabled() && route.getId() != null) {
				Arguments arguments = new Arguments(route.getId());
				arguments.read(GatewayProperties.PREFIX + ".default-filters", properties.getDefaultFilters());
				arguments.read("%s.routes[%d].filters".formatted(GatewayProperties.PREFIX, i), route.getFilters());
				arguments.validate();
			}
		}
	}

	private boolean isOurs(FilterDefinition filter) {
		for (Map.Entry<String, String> argument : filter.getArgs().entrySet()) {
			if (argument.getKey().replace("-", "").toLowerCase(Locale.ROOT).equals("ratelimiter")) {
				return valueOf(argument.getValue()) == this.limiter;
			}
		}
		RequestRateLimiterGatewayFilterFactory filters = this.factory.getIfAvailable();
		return filters != null && (Object) filters.getDefaultRateLimiter() == this.limiter;
	}

	// An expression that cannot be evaluated is left to the gateway, which logs it.
	private @Nullable Object valueOf(String argument) {
		try {
			return ShortcutConfigurable.getValue(this.parser, this.beans, argument);
		}
		catch (ExpressionException ex) {
			return null;
		}
	}

	/**
	 * The arguments of one route. Several filters of a route share them, as with the
	 * gateway: the last that has any decides.
	 */
	private final class Arguments {

		private final String routeId;

		private @Nullable String filter;

		private String source;

		private Map<String, Object> arguments = Map.of();

		private boolean ours;

		Arguments(String routeId) {
			this.routeId = routeId;
			this.source = "%s.config.%s.".formatted(PROPERTIES, routeId);
		}

		void read(String property, List<FilterDefinition> filters) {
			for (int i = 0; i < filters.size(); i++) {
				FilterDefinition definition = filters.get(i);
				String name = "%s[%d]".formatted(property, i);
				if (FILTER.equals(definition.getName()) && isOurs(definition)) {
					this.ours = true;
					this.filter = name;
				}
				read(name, definition);
			}
		}

		private void read(String property, FilterDefinition definition) {
			Map<String, Object> relevant = definition.getArgs()
				.entrySet()
				.stream()
				.filter((argument) -> argument.getKey().startsWith(TokenBucketRateLimiter.ARGUMENTS + "."))
				.collect(Collectors.toMap(Map.Entry::getKey,
						(argument) -> Objects.requireNonNullElse(valueOf(argument.getValue()), argument.getValue())));
			if (!relevant.isEmpty()) {
				this.source = "%s.args.%s.".formatted(property, TokenBucketRateLimiter.ARGUMENTS);
				this.arguments = relevant;
			}
		}

		void validate() {
			if (!this.ours) {
				return;
			}
			FilterArgsEvent event = new FilterArgsEvent(this, this.routeId, this.arguments);
			bind(() -> RateLimiterArgumentsValidator.this.limiter.onApplicationEvent(event));
			configure();
			// To every rate limiter that there is, as when the route is created: where
			// one
			// fails then, the route is missing.
			bind(() -> RateLimiterArgumentsValidator.this.publisher.publishEvent(event));
		}

		private void configure() {
			try {
				RateLimiterArgumentsValidator.this.limiter.prepare(this.routeId);
			}
			catch (RejectedArgumentException ex) {
				throw new OpenClawConfigurationException(this.source + ex.getArgument(), ex.getValue(),
						"no limit can have it", "Set it to %s.".formatted(ex.getRange()));
			}
			catch (IllegalArgumentException ex) {
				throw new OpenClawConfigurationException(String.valueOf(this.filter), FILTER,
						"route '%s' has no limit".formatted(this.routeId),
						"Set %s.replenishRate and %s.burstCapacity in its args, or %s.config.%s.replenish-rate."
							.formatted(TokenBucketRateLimiter.ARGUMENTS, TokenBucketRateLimiter.ARGUMENTS, PROPERTIES,
									this.routeId));
			}
		}

		private void bind(Runnable binding) {
			try {
				binding.run();
			}
			catch (BindException ex) {
				ConfigurationProperty property = ex.getProperty();
				throw new OpenClawConfigurationException(
						this.source + ((property != null) ? argument(property.getName()) : "*"),
						(property != null) ? property.getValue() : this.arguments,
						"it cannot be used, since " + NestedExceptionUtils.getMostSpecificCause(ex).getMessage(),
						"Mend it.");
			}
		}

		private String argument(ConfigurationPropertyName name) {
			String uniform = name.getLastElement(Form.UNIFORM);
			return this.arguments.keySet()
				.stream()
				.map((argument) -> argument.substring(TokenBucketRateLimiter.ARGUMENTS.length() + 1))
				.filter((argument) -> argument.replace("-", "").equalsIgnoreCase(uniform))
				.findFirst()
				.orElse(uniform);
		}

	}

}
