package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.DispatcherHandler;

import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Settings;
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
public final class OpenClawRateLimiterAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(RateLimiter.class)
	@ConditionalOnMissingBean(name = "tokenBucketRateLimiter")
	static class OneOfSeveral {

		@Bean(defaultCandidate = false)
		TokenBucketRateLimiter tokenBucketRateLimiter(TokenBucketLimiter limiter, LimitControl control,
				ConfigurationService configurationService, OpenClawProperties properties) {
			return create(limiter, control, configurationService, properties);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(RateLimiter.class)
	static class Only {

		@Bean
		TokenBucketRateLimiter tokenBucketRateLimiter(TokenBucketLimiter limiter, LimitControl control,
				ConfigurationService configurationService, OpenClawProperties properties) {
			return create(limiter, control, configurationService, properties);
		}

	}

	private static TokenBucketRateLimiter create(TokenBucketLimiter limiter, LimitControl control,
			ConfigurationService configurationService, OpenClawProperties properties) {
		return new TokenBucketRateLimiter(limiter, control, configurationService,
				new Settings(properties.revision(), properties.crdt().creditWait()));
	}

}
