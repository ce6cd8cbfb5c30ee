package io.openclaw.tokenbucket.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

import io.openclaw.tokenbucket.observability.CircuitStateLogger;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * Auto-configuration of the circuit breakers that answer early while the upstream of a
 * route is slow. Uses Resilience4j's registry where it is auto-configured, by
 * {@code resilience4j-spring-boot4} or by Spring Cloud CircuitBreaker.
 */
@AutoConfiguration(after = OpenClawLimiterAutoConfiguration.class,
		afterName = { "io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration",
				"io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration" })
@ConditionalOnClass(CircuitBreakerRegistry.class)
@ConditionalOnBooleanProperty(name = "openclaw.circuit-breaker.enabled", matchIfMissing = true)
public final class OpenClawCircuitBreakerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CircuitBreakerRegistry tokenBucketCircuitBreakerRegistry() {
		return CircuitBreakerRegistry.ofDefaults();
	}

	@Bean
	@ConditionalOnMissingBean
	LatencyCircuitBreakers tokenBucketCircuitBreakers(CircuitBreakerRegistry registry, OpenClawProperties properties,
			ApplicationEventPublisher events) {
		return new LatencyCircuitBreakers(registry, properties.circuitBreaker().latencyThreshold(),
				new CircuitStateLogger().andThen(events::publishEvent));
	}

}
