package io.openclaw.tokenbucket.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.gateway.config.GatewayProperties;

import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;
import io.openclaw.tokenbucket.observability.TokenBucketReplicationHealthIndicator;
import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class OpenClawCircuitBreakerAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
				OpenClawCircuitBreakerAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class,
				OpenClawHealthAutoConfiguration.class, OpenClawMetricsAutoConfiguration.class,
				MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-rate-per-second=1");

	@Test
	void routesShareTheRegistryOfResilience4j() {
		this.runner.withConfiguration(AutoConfigurations.of(CircuitBreakerAutoConfiguration.class)).run((context) -> {
			context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
			assertThat(context).doesNotHaveBean("tokenBucketCircuitBreakerRegistry")
				.doesNotHaveBean("tokenBucketResilience4jMeters");
			assertThat(context.getBean(CircuitBreakerRegistry.class).find("token-bucket.rating")).isPresent();
		});
	}

	@Test
	void anOpenCircuitIsSeenInTheMetricTheHealthAndTheLog(CapturedOutput output) {
		this.runner.run((context) -> {
			context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
			HealthIndicator health = context.getBean("tokenBucketCircuitBreakersHealthIndicator",
					HealthIndicator.class);
			assertThat(health.health().getStatus().getCode()).isEqualTo("UP");
			context.getBean(CircuitBreakerRegistry.class).circuitBreaker("token-bucket.rating").transitionToOpenState();
			assertThat(context.getBean(MeterRegistry.class)
				.get("openclaw.circuit.state")
				.tag("route", "rating")
				.gauge()
				.value()).isEqualTo(CircuitState.OPEN.ordinal());
			assertThat(health.health().getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
			assertThat(health.health().getDetails()).containsEntry("rating", "open");
			assertThat(output).containsOnlyOnce("The upstream of route 'rating' is too slow");
		});
	}

	@Test
	void ofResilience4jNothingButItsCircuitBreakersIsNeeded() {
		this.runner
			.withClassLoader(
					new FilteredClassLoader("io.github.resilience4j.springboot", "io.github.resilience4j.spring6",
							"io.github.resilience4j.bulkhead", "io.github.resilience4j.ratelimiter",
							"io.github.resilience4j.retry", "io.github.resilience4j.timelimiter"))
			.run((context) -> {
				context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
				assertThat(context).hasSingleBean(CircuitBreakerRegistry.class)
					.hasBean("tokenBucketCircuitBreakerRegistry");
				assertThat(context.getBean(MeterRegistry.class)
					.get("resilience4j.circuitbreaker.state")
					.tags("name", "token-bucket.rating", "state", "closed")
					.gauge()
					.value()).isOne();
			});
	}

	@Test
	void aRegistryOfTheUsersIsTheOnlyOne() {
		CircuitBreakerRegistry own = CircuitBreakerRegistry.ofDefaults();
		this.runner.withBean(CircuitBreakerRegistry.class, () -> own).run((context) -> {
			context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
			assertThat(context).hasSingleBean(CircuitBreakerRegistry.class);
			assertThat(own.find("token-bucket.rating")).isPresent();
		});
	}

	@Test
	void withoutTheMetersOfResilience4jThereAreOurs() {
		this.runner
			.withClassLoader(
					new FilteredClassLoader("io.github.resilience4j.micrometer", "io.github.resilience4j.springboot"))
			.run((context) -> {
				context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
				assertThat(context.getBean(MeterRegistry.class).get("openclaw.circuit.state").gauge().value()).isZero();
			});
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("openclaw.circuit-breaker.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(LatencyCircuitBreakers.class)
				.doesNotHaveBean("tokenBucketCircuitBreakersHealthIndicator"));
	}

	@Test
	void withoutResilience4jRoutesAreLimitedAndNothingElse() {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
					OpenClawCircuitBreakerAutoConfiguration.class, OpenClawGatewayAutoConfiguration.class,
					OpenClawObservabilityAutoConfiguration.class, OpenClawHealthAutoConfiguration.class,
					OpenClawMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean(GatewayProperties.class, GatewayProperties::new)
			.withClassLoader(new FilteredClassLoader("io.github.resilience4j"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("tokenBucketCircuitBreakers")
				.hasSingleBean(TokenBucketGatewayFilterFactory.class));
	}

}
