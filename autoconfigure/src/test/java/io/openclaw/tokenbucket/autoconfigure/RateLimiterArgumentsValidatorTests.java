package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.filter.factory.RequestRateLimiterGatewayFilterFactory;
import org.springframework.cloud.gateway.route.RouteDefinition;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.context.support.GenericApplicationContext;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.ratelimiter.RouteArguments;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Settings;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RateLimiterArgumentsValidatorTests {

	private static final String FILTER = "spring.cloud.gateway.server.webflux.routes[0].filters[0]";

	private final BucketStore store = new BucketStore(new MemberId("edge-a", 1), List.of(),
			new LimiterSettings(3, Duration.ofMillis(200), 1000), () -> 0);

	private final LimitControl control = new LimitControl(this.store, () -> 0);

	private final GenericApplicationContext beans = new GenericApplicationContext();

	private final GatewayProperties gateway = new GatewayProperties();

	private final TokenBucketRateLimiter limiter = new TokenBucketRateLimiter(
			new TokenBucketLimiter(this.store, () -> 0, (delay, task) -> {
			}, null), this.control, new ConfigurationService(this.beans, () -> null, () -> null),
			new Settings(0, Duration.ZERO), (name) -> {
			}, UnaryOperator.identity(), new ResponseCosts(Map.of()));

	private final List<Object> published = new ArrayList<>();

	@BeforeEach
	void registerBeans() {
		register("tokenBucketRateLimiter", this.limiter);
		register("anotherRateLimiter", new Object());
		register("gatewayProperties", this.gateway);
		this.beans.refresh();
	}

	@ParameterizedTest
	@CsvSource({ "0,10,1,replenishRate", "1000000001,10,1,replenishRate", "1,10,0,requestedTokens",
			"1,-1,1,burstCapacity", "1,1000000001,1,burstCapacity" })
	void argumentsThatMakeNoLimitAreRefusedByName(String rate, String burst, String tokens, String argument) {
		route(Map.of("rate-limiter", "#{@tokenBucketRateLimiter}", "redis-rate-limiter.replenishRate", rate,
				"redis-rate-limiter.burstCapacity", burst, "redis-rate-limiter.requestedTokens", tokens));
		assertThatExceptionOfType(OpenClawConfigurationException.class).isThrownBy(this::validate)
			.withMessageContaining(FILTER + ".args.redis-rate-limiter." + argument + " = ")
			.withMessageContaining("Set it to at least");
	}

	@Test
	void anArgumentThatIsNoNumberIsRefusedByName() {
		route(Map.of("rateLimiter", "#{@tokenBucketRateLimiter}", "redis-rate-limiter.replenishRate", "ten"));
		assertThatExceptionOfType(OpenClawConfigurationException.class).isThrownBy(this::validate)
			.withMessageContaining(FILTER + ".args.redis-rate-limiter.replenishRate = ten");
	}

	@Test
	void propertiesThatMakeNoLimitAreRefusedByName() {
		this.limiter.getConfig().put("orders", new RouteArguments().setBurstCapacity(4));
		route(Map.of("rate-limiter", "#{@tokenBucketRateLimiter}"));
		assertThatExceptionOfType(OpenClawConfigurationException.class).isThrownBy(this::validate)
			.withMessageContaining(
					"spring.cloud.gateway.server.webflux.redis-rate-limiter.config.orders.replenishRate = 0");
	}

	@Test
	void aRouteWithoutArgumentsIsRefusedByName() {
		route(Map.of("rate-limiter", "#{@tokenBucketRateLimiter}"));
		assertThatExceptionOfType(OpenClawConfigurationException.class).isThrownBy(this::validate)
			.withMessageContaining(FILTER + " = RequestRateLimiter: route 'orders' has no limit");
	}

	@Test
	void argumentsOfDefaultFiltersAreThoseOfEachRoute() {
		this.gateway.setDefaultFilters(List.of(filter(Map.of("rate-limiter", "#{@tokenBucketRateLimiter}",
				"redis-rate-limiter.replenishRate", "7", "redis-rate-limiter.burstCapacity", "9"))));
		route(null);
		validate();
		assertThat(this.limiter.getConfig().get("orders").getReplenishRate()).isEqualTo(7);
		assertThat(this.control.definitions()).containsOnlyKeys("request-rate-limiter:orders");
		assertThat(this.published).hasSize(1);
	}

	@Test
	void itIsTheDefaultOfFiltersThatNameNone() {
		register("factory", new RequestRateLimiterGatewayFilterFactory(this.limiter, (exchange) -> null));
		route(Map.of("redis-rate-limiter.replenishRate", "7", "redis-rate-limiter.burstCapacity", "9"));
		validate();
		assertThat(this.control.definitions()).containsOnlyKeys("request-rate-limiter:orders");
	}

	@Test
	void routesOfOtherRateLimitersAreTheirOwnBusiness() {
		route(Map.of("rate-limiter", "#{@anotherRateLimiter}", "redis-rate-limiter.replenishRate", "0"));
		validate();
		route(Map.of("rate-limiter", "#{@missing}", "redis-rate-limiter.replenishRate", "0"));
		validate();
		assertThat(this.control.definitions()).isEmpty();
		assertThat(this.published).isEmpty();
	}

	private void register(String name, Object bean) {
		this.beans.getBeanFactory().registerSingleton(name, bean);
	}

	private void route(Map<String, String> arguments) {
		RouteDefinition route = new RouteDefinition();
		route.setId("orders");
		route.setFilters((arguments != null) ? List.of(filter(arguments)) : List.of());
		this.gateway.setRoutes(List.of(route));
	}

	private static FilterDefinition filter(Map<String, String> arguments) {
		FilterDefinition filter = new FilterDefinition();
		filter.setName("RequestRateLimiter");
		filter.setArgs(arguments);
		return filter;
	}

	private void validate() {
		new RateLimiterArgumentsValidator(this.beans.getBeanProvider(GatewayProperties.class), this.limiter, Set.of(),
				this.beans.getBeanProvider(RequestRateLimiterGatewayFilterFactory.class), this.beans,
				this.published::add)
			.afterSingletonsInstantiated();
	}

}
