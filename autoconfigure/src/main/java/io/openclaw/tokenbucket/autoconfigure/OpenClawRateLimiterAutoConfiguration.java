package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.factory.RequestRateLimiterGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.reactive.DispatcherHandler;

import io.openclaw.tokenbucket.gateway.ResponseCost;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Settings;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * Auto-configuration of {@code tokenBucketRateLimiter} for Spring Cloud Gateway's filter
 * {@code RequestRateLimiter}: its default if there is no other, else for those who name
 * it.
 */
@AutoConfiguration(after = OpenClawLimiterAutoConfiguration.class,
		afterName = "org.springframework.cloud.gateway.config.GatewayRedisAutoConfiguration",
		beforeName = "org.springframework.cloud.gateway.config.GatewayAutoConfiguration")
@ConditionalOnClass({ RateLimiter.class, DispatcherHandler.class })
@ConditionalOnBean({ TokenBucketLimiter.class, LimitControl.class })
@ConditionalOnBooleanProperty(name = "spring.cloud.gateway.server.webflux.enabled", matchIfMissing = true)
@Import(NamedRateLimiterProcessor.class)
public final class OpenClawRateLimiterAutoConfiguration {

	// A fallback even where it is the only one so far: beans of the user's that come
	// later
	// are what the user wants.
	@Bean
	@Fallback
	@ConditionalOnMissingBean(name = NamedRateLimiterProcessor.BEAN)
	TokenBucketRateLimiter tokenBucketRateLimiter(TokenBucketLimiter limiter, LimitControl control,
			ConfigurationService configurationService, OpenClawProperties properties, ObjectProvider<LimitsAdded> added,
			ObjectProvider<BucketNames> names, ListableBeanFactory beans, Environment environment) {
		TokenBucketRateLimiter rateLimiter = new TokenBucketRateLimiter(limiter, control, configurationService,
				settings(properties), (name) -> added.orderedStream().forEach(LimitsAdded::look), namedBy(names),
				new ResponseCosts(beans.getBeansOfType(ResponseCost.class)));
		bind(environment, rateLimiter);
		return rateLimiter;
	}

	// What uses the rate limiter does without where a test of the application mocks it.
	@Bean
	@ConditionalOnBean(TokenBucketRateLimiter.class)
	SmartInitializingSingleton tokenBucketRateLimiterArgumentsValidator(ObjectProvider<GatewayProperties> gateway,
			ObjectProvider<TokenBucketRateLimiter> limiter,
			ObjectProvider<RequestRateLimiterGatewayFilterFactory> factory, BeanFactory beans,
			ApplicationEventPublisher publisher, Environment environment) {
		Set<String> bound = Binder.get(environment)
			.bind(RateLimiterArgumentsValidator.PROPERTIES + ".config", Bindable.mapOf(String.class, Object.class))
			.map(Map::keySet)
			.orElse(Set.of());
		return () -> limiter
			.ifAvailable((ours) -> new RateLimiterArgumentsValidator(gateway, ours, bound, factory, beans, publisher)
				.afterSingletonsInstantiated());
	}

	@Bean
	@Order
	@ConditionalOnBean(TokenBucketRateLimiter.class)
	Refreshable tokenBucketRateLimiterRefresh(ObjectProvider<TokenBucketRateLimiter> limiter, Environment environment) {
		return (properties, settings) -> () -> limiter.ifAvailable((ours) -> {
			bind(environment, ours);
			ours.follow(settings(properties));
		});
	}

	// Asked with the first request: names come with the filter, which comes later.
	private static UnaryOperator<String> namedBy(ObjectProvider<BucketNames> names) {
		SingletonSupplier<UnaryOperator<String>> naming = SingletonSupplier.of(() -> {
			BucketNames known = names.getIfAvailable();
			return (known != null) ? known::nameOfFound : UnaryOperator.identity();
		});
		return (key) -> naming.obtain().apply(key);
	}

	// Not by an annotation: metadata of these properties comes with Spring Cloud Gateway.
	private static void bind(Environment environment, TokenBucketRateLimiter limiter) {
		Binder.get(environment).bind(RateLimiterArgumentsValidator.PROPERTIES, Bindable.ofInstance(limiter));
	}

	private static Settings settings(OpenClawProperties properties) {
		return new Settings(properties.revision(), properties.crdt().creditWait());
	}

}
