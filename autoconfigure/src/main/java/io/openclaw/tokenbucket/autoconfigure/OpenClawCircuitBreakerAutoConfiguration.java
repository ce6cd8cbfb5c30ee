package io.openclaw.tokenbucket.autoconfigure;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.observability.CircuitStateLogger;
import io.openclaw.tokenbucket.observability.CircuitStates;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;
import io.openclaw.tokenbucket.resilience.WarmUp;

/**
 * Auto-configuration of the circuits that answer early while the upstream of a route is
 * slow; there are none without a threshold. Uses Resilience4j's registry where it is
 * auto-configured, by {@code resilience4j-spring-boot4} or by Spring Cloud
 * CircuitBreaker.
 */
@AutoConfiguration(after = { OpenClawLimiterAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class },
		afterName = { "io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration",
				"io.github.resilience4j.springboot3.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration" })
@ConditionalOnClass(CircuitBreakerRegistry.class)
@ConditionalOnBooleanProperty(name = "openclaw.circuit-breaker.enabled", matchIfMissing = true)
@Conditional(OnLatencyThresholdCondition.class)
public final class OpenClawCircuitBreakerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CircuitBreakerRegistry tokenBucketCircuitBreakerRegistry() {
		return CircuitBreakerRegistry.ofDefaults();
	}

	@Bean
	@ConditionalOnMissingBean
	WarmUp tokenBucketWarmUp(ObjectProvider<NanoClock> clock) {
		return WarmUp.ofJvm(clock.getIfAvailable(() -> NanoClock.SYSTEM));
	}

	@Bean
	@ConditionalOnMissingBean
	LatencyCircuitBreakers tokenBucketCircuitBreakers(CircuitBreakerRegistry registry, OpenClawProperties properties,
			WarmUp warmUp, ApplicationEvents events, ObjectProvider<NanoClock> clock) {
		return new LatencyCircuitBreakers(registry, ConfiguredLatencyThresholds.from(properties.circuitBreaker()),
				warmUp,
				new CircuitStateLogger(clock.getIfAvailable(() -> NanoClock.SYSTEM)).andThen(events::onCircuitChange));
	}

	@Bean
	@ConditionalOnMissingBean
	CircuitStates tokenBucketCircuitStates(LatencyCircuitBreakers breakers) {
		return () -> {
			Map<String, String> states = new TreeMap<>();
			breakers.states().forEach((route, state) -> states.put(route, state.name().toLowerCase(Locale.ROOT)));
			return states;
		};
	}

}
