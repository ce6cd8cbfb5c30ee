package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.TokenBucketCircuitBreakersHealthIndicator;
import io.openclaw.tokenbucket.observability.TokenBucketDriftHealthIndicator;
import io.openclaw.tokenbucket.observability.TokenBucketReplicationHealthIndicator;
import io.openclaw.tokenbucket.redis.RedisReplicationTransport;
import io.openclaw.tokenbucket.resilience.DriftSource;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * {@link AutoConfiguration Auto-configuration} for the health components
 * {@code tokenBucketReplication}, {@code tokenBucketDrift} and
 * {@code tokenBucketCircuitBreakers}.
 */
@AutoConfiguration(
		after = { OpenClawObservabilityAutoConfiguration.class, OpenClawCircuitBreakerAutoConfiguration.class })
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
public final class OpenClawHealthAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("tokenBucketReplication")
	@ConditionalOnMissingBean(
			name = { "tokenBucketReplicationHealthIndicator", "tokenBucketReplicationHealthContributor" })
	@ConditionalOnBean(ReplicationStatusSource.class)
	TokenBucketReplicationHealthIndicator tokenBucketReplicationHealthIndicator(ReplicationStatusSource replication,
			ObjectProvider<DriftSource> drift, ObjectProvider<TokenBucketLimiter> limiter) {
		return new TokenBucketReplicationHealthIndicator(replication, drift.getIfAvailable(() -> DriftSource.NONE),
				() -> limiter.stream().findFirst().map(TokenBucketLimiter::deviations).orElse(Map.of()));
	}

	@Bean
	@ConditionalOnEnabledHealthIndicator("tokenBucketDrift")
	@ConditionalOnMissingBean(name = { "tokenBucketDriftHealthIndicator", "tokenBucketDriftHealthContributor" })
	@ConditionalOnBean(ReplicationStatusSource.class)
	TokenBucketDriftHealthIndicator tokenBucketDriftHealthIndicator(ObjectProvider<DriftSource> drift) {
		return new TokenBucketDriftHealthIndicator(drift.getIfAvailable(() -> DriftSource.NONE));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RedisConnectionFactory.class, RedisReplicationTransport.class })
	static class Redis {

		@Bean
		@ConditionalOnBean(RedisReplicationTransport.class)
		RedisHealthWithdrawal tokenBucketRedisHealthWithdrawal(ConfigurableListableBeanFactory beans,
				Environment environment, ObjectProvider<HealthContributorRegistry> registry,
				ObjectProvider<ReactiveHealthContributorRegistry> reactiveRegistry) {
			return new RedisHealthWithdrawal(beans, environment, registry, reactiveRegistry);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(CircuitBreakerRegistry.class)
	static class CircuitBreakers {

		@Bean
		@ConditionalOnEnabledHealthIndicator("tokenBucketCircuitBreakers")
		@ConditionalOnMissingBean(
				name = { "tokenBucketCircuitBreakersHealthIndicator", "tokenBucketCircuitBreakersHealthContributor" })
		@ConditionalOnBean(LatencyCircuitBreakers.class)
		TokenBucketCircuitBreakersHealthIndicator tokenBucketCircuitBreakersHealthIndicator(
				LatencyCircuitBreakers breakers) {
			return new TokenBucketCircuitBreakersHealthIndicator(breakers);
		}

	}

}
