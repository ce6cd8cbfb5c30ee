package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.cloud.gateway.event.FilterArgsEvent;
import org.springframework.cloud.gateway.filter.factory.RequestRateLimiterGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OpenClawRateLimiterAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withUserConfiguration(Gateway.class);

	@Test
	void theRateLimiterOfTheGatewayRemainsTheDefault() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(RedisRateLimiter.class);
			assertThat(context.getBean("tokenBucketRateLimiter")).isInstanceOf(TokenBucketRateLimiter.class);
			assertThat(context.getBean(RequestRateLimiterGatewayFilterFactory.class).getDefaultRateLimiter())
				.isInstanceOf(RedisRateLimiter.class);
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

	@ParameterizedTest
	@CsvSource({ "0,10,1,replenishRate", "1,10,0,requestedTokens" })
	void argumentsThatLetNothingPassAreRefused(String rate, String burst, String tokens, String argument) {
		this.runner.run((context) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(TokenBucketRateLimiter.class)
				.onApplicationEvent(new FilterArgsEvent(this, "orders",
						Map.of("redis-rate-limiter.replenishRate", rate, "redis-rate-limiter.burstCapacity", burst,
								"redis-rate-limiter.requestedTokens", tokens))))
			.withMessageContaining("route 'orders'")
			.withMessageContaining("redis-rate-limiter." + argument + " is ")
			.withMessageContaining("Set it to at least"));
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

	// As with RedisRateLimiter, for those who close a route so.
	@Test
	void aBurstThatIsTooSmallLetsNothingPass() {
		this.runner.run((context) -> {
			TokenBucketRateLimiter limiter = context.getBean(TokenBucketRateLimiter.class);
			limiter.onApplicationEvent(new FilterArgsEvent(this, "orders",
					Map.of("redis-rate-limiter.replenishRate", "1", "redis-rate-limiter.burstCapacity", "0")));
			assertThat(limiter.isAllowed("orders", "key").block().isAllowed()).isFalse();
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRateLimiter {

		@Bean
		RateLimiter<Object> ownRateLimiter() {
			return Mockito.mock();
		}

		@Bean
		KeyResolver resolver() {
			return (exchange) -> Mono.just("key");
		}

	}

}
