package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;
import java.util.Set;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.gateway.event.FilterArgsEvent;
import org.springframework.cloud.gateway.filter.factory.RequestRateLimiterGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketStatus;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class OpenClawRateLimiterAutoConfigurationTests {

	private static final String PROPERTIES = "spring.cloud.gateway.server.webflux.redis-rate-limiter";

	private static final String ROUTE = "spring.cloud.gateway.server.webflux.routes[0]";

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withUserConfiguration(Gateway.class);

	@Test
	void theRateLimiterOfTheGatewayRemainsTheDefaultWhereverAnotherIsNotNamed() {
		this.runner.withUserConfiguration(Injecting.class).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(RedisRateLimiter.class);
			RedisRateLimiter ofGateway = context.getBean(RedisRateLimiter.class);
			TokenBucketRateLimiter ours = context.getBean("tokenBucketRateLimiter", TokenBucketRateLimiter.class);
			assertThat(context.getBean(RequestRateLimiterGatewayFilterFactory.class).getDefaultRateLimiter())
				.isSameAs(ofGateway);
			assertThat(context.getBean("byType", Injected.class).limiter()).isSameAs(ours);
			assertThat(context.getBean("byQualifier", Injected.class).limiter()).isSameAs(ours);
			assertThat(context.getBean("byName", Injected.class).limiter()).isSameAs(ours);
			assertThat(context.getBean("byDefault", Injected.class).limiter()).isSameAs(ofGateway);
		});
	}

	@Test
	void withoutAnotherItIsTheDefault() {
		this.runner.withPropertyValues("spring.cloud.gateway.server.webflux.redis.enabled=false")
			.run((context) -> assertThat(
					context.getBean(RequestRateLimiterGatewayFilterFactory.class).getDefaultRateLimiter())
				.isInstanceOf(TokenBucketRateLimiter.class));
	}

	@Test
	void aUsersOwnRateLimiterIsTheDefault() {
		this.runner.withPropertyValues("spring.cloud.gateway.server.webflux.redis.enabled=false")
			.withUserConfiguration(OwnRateLimiter.class)
			.run((context) -> assertThat(
					context.getBean(RequestRateLimiterGatewayFilterFactory.class).getDefaultRateLimiter())
				.isSameAs(context.getBean("ownRateLimiter")));
	}

	@Test
	void propertiesOfTheGatewaysOwnRateLimiterAreReadAndFollowed() {
		this.runner
			.withPropertyValues(PROPERTIES + ".remaining-header=X-Left", PROPERTIES + ".replenish-rate-header=X-Rate",
					PROPERTIES + ".burst-capacity-header=X-Burst", PROPERTIES + ".requested-tokens-header=X-Cost",
					PROPERTIES + ".config.orders.replenishRate=10", PROPERTIES + ".config.orders.burst-capacity=20",
					PROPERTIES + ".config.orders.requestedTokens=5",
					PROPERTIES + ".config.defaultFilters.replenishRate=3", ROUTE + ".id=orders",
					ROUTE + ".uri=http://127.0.0.1:1", ROUTE + ".predicates[0]=Path=/orders",
					ROUTE + ".filters[0].name=RequestRateLimiter",
					ROUTE + ".filters[0].args.rate-limiter=#{@tokenBucketRateLimiter}")
			.run((context) -> {
				assertThat(context.getBean(MeterRegistry.class)
					.get("openclaw.bucket.capacity")
					.tag("bucket", "request-rate-limiter:orders")
					.gauge()
					.value()).isEqualTo(20);
				TokenBucketRateLimiter limiter = context.getBean(TokenBucketRateLimiter.class);
				assertThat(limiter.isAllowed("orders", "key").block().getHeaders())
					.isEqualTo(Map.of("X-Left", "15", "X-Rate", "10", "X-Burst", "20", "X-Cost", "5"));
				assertThat(limiter.isAllowed("other", "key").block().getHeaders()).containsEntry("X-Rate", "3");
				TestPropertyValues
					.of("openclaw.revision=4", PROPERTIES + ".include-headers=false",
							PROPERTIES + ".config.orders.requestedTokens=15")
					.applyTo(context);
				context.publishEvent(new EnvironmentChangeEvent(context.getSourceApplicationContext(),
						Set.of(PROPERTIES + ".include-headers")));
				assertThat(context.getBean(LimitControl.class)
					.definitions()
					.get("request-rate-limiter:orders")
					.limit()
					.revision()).isEqualTo(4);
				assertThat(limiter.isAllowed("orders", "key").block().getHeaders()).isEmpty();
				assertThat(limiter.isAllowed("orders", "key").block().isAllowed()).isFalse();
			});
	}

	@Test
	void argumentsThatMakeNoLimitFailTheStart() {
		this.runner
			.withPropertyValues(ROUTE + ".id=orders", ROUTE + ".uri=http://127.0.0.1:1",
					ROUTE + ".predicates[0]=Path=/orders", ROUTE + ".filters[0].name=RequestRateLimiter",
					ROUTE + ".filters[0].args.rate-limiter=#{@tokenBucketRateLimiter}",
					ROUTE + ".filters[0].args.redis-rate-limiter.replenishRate=0")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.isInstanceOf(OpenClawConfigurationException.class)
				.hasMessageContaining(ROUTE + ".filters[0].args.redis-rate-limiter.replenishRate = 0"));
	}

	@Test
	void limitsOfRoutesInJavaAreThereFromTheStart() {
		this.runner.withUserConfiguration(RoutesInJava.class)
			.withPropertyValues(PROPERTIES + ".config.elsewhere.replenish-rate=1", ROUTE + ".id=configured",
					ROUTE + ".uri=http://127.0.0.1:1", ROUTE + ".predicates[0]=Path=/configured",
					ROUTE + ".filters[0].name=RequestRateLimiter",
					ROUTE + ".filters[0].args.redis-rate-limiter.replenishRate=1")
			.run((context) -> assertThat(context.getBean(TokenBucketLimiter.class).limits())
				.contains("request-rate-limiter:in-java")
				.doesNotContain("request-rate-limiter:elsewhere", "request-rate-limiter:configured"));
	}

	// As @MockitoBean does in tests of an application, where it is the only one.
	@Test
	void aMockMayTakeItsPlace() {
		RateLimiter<?> mock = mock(RateLimiter.class);
		this.runner.withPropertyValues("spring.cloud.gateway.server.webflux.redis.enabled=false")
			.withInitializer((context) -> context.addBeanFactoryPostProcessor((beans) -> {
				((BeanDefinitionRegistry) beans).removeBeanDefinition("tokenBucketRateLimiter");
				beans.registerSingleton("tokenBucketRateLimiter", mock);
			}))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(RequestRateLimiterGatewayFilterFactory.class).getDefaultRateLimiter())
					.isSameAs(mock);
			});
	}

	@Test
	void keysOfRoutesAreHiddenLikeAllOthers() {
		this.runner
			.withPropertyValues("openclaw.hash-keys=true", "openclaw.key-secret=s3cret",
					PROPERTIES + ".config.defaultFilters.replenishRate=3")
			.run((context) -> {
				context.getBean(TokenBucketRateLimiter.class).isAllowed("orders", "alice").block();
				String id = new KeyIds("s3cret").id("alice");
				String limit = "request-rate-limiter:orders";
				assertThat(context.getBean(TokenBucketLimiter.class).busiest(limit, 10)).extracting(BucketStatus::key)
					.containsExactly(id);
				assertThat(context.getBean(KeyLookup.class).keyOf(limit, "alice")).isEqualTo(id);
			});
	}

	/** Whatever limits, overrides and routes are called. */
	@ParameterizedTest
	@ValueSource(strings = { "x", "x.gold", "a:b" })
	void theLimitOfARouteIsNoneThatIsConfigured(String route) {
		this.runner
			.withPropertyValues("openclaw.buckets.request-rate-limiter.capacity=10",
					"openclaw.buckets.request-rate-limiter.refill-rate-per-second=1",
					"openclaw.buckets.request-rate-limiter.overrides.x.keys=k",
					"openclaw.buckets.request-rate-limiter.overrides.x.capacity=5",
					"openclaw.buckets[request-rate-limiter.x.gold].capacity=5",
					"openclaw.buckets[request-rate-limiter.x.gold].refill-rate-per-second=1")
			.run((context) -> {
				TokenBucketLimiter limits = context.getBean(TokenBucketLimiter.class);
				Set<String> configured = Set.copyOf(limits.limits());
				TokenBucketRateLimiter limiter = context.getBean(TokenBucketRateLimiter.class);
				limiter.onApplicationEvent(new FilterArgsEvent(this, route,
						Map.of("redis-rate-limiter.replenishRate", "1", "redis-rate-limiter.burstCapacity", "1")));
				assertThat(limiter.isAllowed(route, "key").block().isAllowed()).isTrue();
				assertThat(limiter.isAllowed(route, "key").block().isAllowed()).isFalse();
				assertThat(configured).contains("request-rate-limiter.x", "request-rate-limiter.x.gold")
					.doesNotContain(TokenBucketRateLimiter.LIMIT_PREFIX + route);
				assertThat(limits.limits()).hasSize(configured.size() + 1);
				assertThat(limits.tryConsume("request-rate-limiter.x", "key", 5).isAdmitted()).isTrue();
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

	@Configuration(proxyBeanMethods = false)
	static class Injecting {

		@Bean
		Injected byType(TokenBucketRateLimiter any) {
			return new Injected(any);
		}

		@Bean
		Injected byQualifier(@Qualifier("tokenBucketRateLimiter") RateLimiter<?> any) {
			return new Injected(any);
		}

		@Bean
		Injected byName(RateLimiter<?> tokenBucketRateLimiter) {
			return new Injected(tokenBucketRateLimiter);
		}

		@Bean
		Injected byDefault(RateLimiter<?> limiter) {
			return new Injected(limiter);
		}

	}

	/** Not a rate limiter itself. */
	record Injected(RateLimiter<?> limiter) {
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRateLimiter {

		@Bean
		RateLimiter<Object> ownRateLimiter() {
			return mock();
		}

		@Bean
		KeyResolver resolver() {
			return (exchange) -> Mono.just("key");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RoutesInJava {

		@Bean
		RouteLocator routesInJava(RouteLocatorBuilder routes) {
			return routes.routes()
				.route("in-java",
						(route) -> route.path("/in-java")
							.filters((filters) -> filters.requestRateLimiter()
								.rateLimiter(TokenBucketRateLimiter.class,
										(config) -> config.setReplenishRate(1).setBurstCapacity(5))
								.and())
							.uri("http://127.0.0.1:1"))
				.build();
		}

	}

}
