package io.openclaw.tokenbucket.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.config.conditional.ConditionalOnEnabledFilter;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

import io.openclaw.tokenbucket.gateway.DecisionObserver;
import io.openclaw.tokenbucket.gateway.LimitedRoutes;
import io.openclaw.tokenbucket.gateway.PlanLists;
import io.openclaw.tokenbucket.gateway.RequestCost;
import io.openclaw.tokenbucket.gateway.RequestCosts;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.ResponseCost;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;
import io.openclaw.tokenbucket.gateway.UnroutedResponseFilter;
import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;
import io.openclaw.tokenbucket.gateway.answer.NegotiatingProblemWriter;
import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.gateway.answer.ProblemWriter;
import io.openclaw.tokenbucket.gateway.answer.RateLimitHeaders;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.gateway.key.RequestKeyParser;
import io.openclaw.tokenbucket.gateway.plan.PlanCounts;
import io.openclaw.tokenbucket.gateway.plan.PlanResolver;
import io.openclaw.tokenbucket.gateway.plan.PlanSources;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Auto-configuration of the filter {@code TokenBucket} of Spring Cloud Gateway.
 */
@AutoConfiguration(after = { OpenClawLimiterAutoConfiguration.class, OpenClawCircuitBreakerAutoConfiguration.class },
		before = OpenClawEndpointsAutoConfiguration.class,
		afterName = "org.springframework.cloud.gateway.config.GatewayAutoConfiguration")
@ConditionalOnClass(GatewayFilterFactory.class)
@ConditionalOnBean({ GatewayProperties.class, TokenBucketLimiter.class })
public final class OpenClawGatewayAutoConfiguration {

	private static final Log logger = LogFactory.getLog(OpenClawGatewayAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	BucketNames tokenBucketNames(OpenClawProperties properties, OpenClawSettings settings) {
		// Overrides list ids that were made without a secret before the first one is set.
		List<KeyIds> ids = Stream.concat(settings.keySecrets().stream().map(KeyIds::new), Stream.of(new KeyIds(null)))
			.toList();
		return new BucketNames(ids.get(0), properties.hashKeys(), ids.subList(1, ids.size()));
	}

	@Bean
	@ConditionalOnMissingBean
	PlanCounts tokenBucketPlanCounts() {
		return new PlanCounts();
	}

	@Bean
	@ConditionalOnMissingBean
	PlanLists tokenBucketPlanLists() {
		return new PlanLists();
	}

	@Bean
	@ConditionalOnProperty("openclaw.plans.file")
	PlanFileFollower tokenBucketPlanFileFollower(OpenClawProperties properties, RequestLimits limits, BucketNames names,
			PlanLists lists) {
		Path file = Objects.requireNonNull(properties.plans().file());
		return new PlanFileFollower(new PlanFileReader(file, limits, names), lists,
				PlanSettings.checkInterval(properties.plans()));
	}

	@Bean
	RequestLimitsFactory tokenBucketRequestLimitsFactory(OpenClawProperties properties, BucketNames bucketNames,
			PlanCounts planCounts, PlanLists planLists, BucketStore store, ListableBeanFactory beans) {
		TrustedProxies proxies = TrustedProxiesFactory.create(properties.proxies());
		if (!proxies.equals(TrustedProxies.NONE)
				|| properties.buckets().values().stream().anyMatch((bucket) -> "ip".equals(bucket.key().strip()))) {
			logger.info("Limits with the key 'ip' go by " + proxies);
		}
		ClientAddresses addresses = new ClientAddresses(proxies);
		return new RequestLimitsFactory(new RequestKeyParser(beans.getBeansOfType(KeyResolver.class), addresses),
				new RequestCosts(beans.getBeansOfType(RequestCost.class)),
				new ResponseCosts(beans.getBeansOfType(ResponseCost.class)),
				new PlanSources(beans.getBeansOfType(PlanResolver.class), PlanSettings.of(properties.plans()),
						planCounts),
				planLists, properties.plans().file() != null, store.limits()::keysOf, bucketNames);
	}

	@Bean
	@Order
	RequestLimitsRefresh tokenBucketRequestLimitsRefresh(RequestLimits limits, RequestLimitsFactory factory) {
		return new RequestLimitsRefresh(limits, factory);
	}

	@Bean
	@ConditionalOnMissingBean
	RequestLimits tokenBucketRequestLimits(OpenClawProperties properties, OpenClawSettings settings,
			RequestLimitsFactory factory) {
		RequestLimits limits = factory.create(settings.policies(), properties.buckets());
		if (settings.keySecrets().isEmpty() && limits.hideKeys()) {
			logger.warn("Neither openclaw.key-secret nor openclaw.crdt.secret is set. So a key that everybody knows "
					+ "makes the ids of API keys, and a person who sees an id can test guesses. Set "
					+ "openclaw.key-secret to a long random text, the same on all gateways");
		}
		return limits;
	}

	@Bean
	@ConditionalOnMissingBean
	RateLimitHeaders tokenBucketHeaders(OpenClawProperties properties) {
		return new RateLimitHeaders(properties.headers());
	}

	@Bean
	@ConditionalOnMissingBean
	ProblemWriter tokenBucketProblemWriter() {
		return new NegotiatingProblemWriter();
	}

	@Bean
	@ConditionalOnMissingBean
	ProblemResponses tokenBucketProblemResponses(ProblemWriter writer) {
		return new ProblemResponses(writer);
	}

	@Bean
	@ConditionalOnMissingBean
	UnroutedResponseFilter tokenBucketUnroutedResponseFilter(ProblemResponses problems, RequestLimits limits,
			ObjectProvider<TokenBucketRateLimiter> rateLimiter) {
		TokenBucketRateLimiter dropIn = rateLimiter.getIfAvailable();
		return new UnroutedResponseFilter(problems, limits, (dropIn != null) ? dropIn::settles : (routeId) -> false);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnEnabledFilter
	TokenBucketGatewayFilterFactory tokenBucketGatewayFilterFactory(RequestLimits limits, TokenBucketLimiter limiter,
			RateLimitHeaders headers, ProblemResponses problems, ObjectProvider<LatencyCircuitBreakers> breakers,
			ObjectProvider<DecisionObserver> observer) {
		return new TokenBucketGatewayFilterFactory(limits, limiter, headers, problems, breakers.getIfAvailable(),
				observer.getIfAvailable(() -> DecisionObserver.NONE));
	}

	@Bean
	@ConditionalOnBean(TokenBucketGatewayFilterFactory.class)
	RouteLimitsValidator tokenBucketRouteLimitsValidator(GatewayProperties gateway, RequestLimits limits) {
		return new RouteLimitsValidator(gateway, limits);
	}

	@Bean
	RouteLimitsInCodeValidator tokenBucketRouteLimitsInCodeValidator(ObjectProvider<RouteLocator> locators,
			RequestLimits limits, ObjectProvider<LatencyCircuitBreakers> breakers) {
		return new RouteLimitsInCodeValidator(locators.stream().toList(), limits,
				(route) -> breakers.ifAvailable((circuits) -> circuits.forRoute(route)));
	}

	@Bean
	@ConditionalOnBean(LatencyCircuitBreakers.class)
	LatencyCircuitsReport tokenBucketLatencyCircuitsReport(LatencyCircuitBreakers breakers,
			OpenClawProperties properties) {
		return new LatencyCircuitsReport(breakers, ConfiguredLatencyThresholds.named(properties.circuitBreaker()));
	}

	@Bean
	LimitedRoutes tokenBucketLimitedRoutes(ObjectProvider<RouteLocator> locator) {
		return new LimitedRoutes(locator);
	}

	@Bean
	@Order
	@ConditionalOnMissingBean(KeyLookup.class)
	RequestLimitLookup tokenBucketKeyLookup(RequestLimits limits, LimitedRoutes routes, BucketNames names,
			ObjectProvider<TokenBucketRateLimiter> dropIn, OpenClawProperties properties) {
		return new RequestLimitLookup(limits, routes, names,
				() -> dropIn.stream().map(TokenBucketRateLimiter::closedRoutes).findFirst().orElse(Set.of()),
				properties.buckets());
	}

}
