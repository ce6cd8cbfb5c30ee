package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
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
import org.springframework.boot.test.context.assertj.AssertableReactiveWebApplicationContext;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.event.RefreshRoutesResultEvent;
import org.springframework.context.PayloadApplicationEvent;

import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;
import io.openclaw.tokenbucket.observability.TokenBucketReplicationHealthIndicator;
import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.CircuitStateChanged;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;
import io.openclaw.tokenbucket.resilience.LatencyThreshold;
import io.openclaw.tokenbucket.resilience.WarmUp;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class OpenClawCircuitBreakerAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner withoutThreshold = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
				OpenClawCircuitBreakerAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class,
				OpenClawHealthAutoConfiguration.class, OpenClawMetricsAutoConfiguration.class,
				MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-rate-per-second=1");

	private final ReactiveWebApplicationContextRunner runner = this.withoutThreshold
		.withPropertyValues("openclaw.circuit-breaker.latency-threshold=250ms");

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
			assertThat(output).containsOnlyOnce("The circuit of route 'rating' is open");
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
	void whenItOpensTheLogHasRateThresholdAndProperty(CapturedOutput output) {
		this.runner.withBean(WarmUp.class, () -> WarmUp.NONE).run((context) -> {
			context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
			CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class)
				.circuitBreaker("token-bucket.rating");
			for (int i = 0; i < 10; i++) {
				breaker.onSuccess((i < 4) ? 20 : 251, TimeUnit.MILLISECONDS);
			}
			assertThat(output).contains("The circuit of route 'rating' is open: of 10 requests 60 % waited longer than "
					+ "250 ms for an answer (openclaw.circuit-breaker.latency-threshold)");
		});
	}

	@Test
	void atStartTheLogHasTheRoutesWithACircuitAndWhatNamesNone(CapturedOutput output) {
		this.runner.run((context) -> {
			LatencyCircuitBreakers breakers = context.getBean(LatencyCircuitBreakers.class);
			LatencyCircuitsReport report = new LatencyCircuitsReport(breakers, List.of("rating", "raiting"));
			report.onApplicationEvent(new RefreshRoutesResultEvent(this));
			assertThat(output).doesNotContain("Latency circuits");
			breakers.forRoute("rating");
			for (int i = 0; i < 3; i++) {
				report.onApplicationEvent(new RefreshRoutesResultEvent(this));
			}
			assertThat(output)
				.containsOnlyOnce("Latency circuits: route 'rating' 250ms (openclaw.circuit-breaker.latency-threshold)")
				.containsOnlyOnce("There is no route 'raiting' with a TokenBucket filter, but "
						+ "openclaw.circuit-breaker.routes.raiting");
			breakers.forRoute("search");
			report.onApplicationEvent(new RefreshRoutesResultEvent(this));
			assertThat(output)
				.contains("route 'rating' 250ms (openclaw.circuit-breaker.latency-threshold), route 'search'");
		});
	}

	@Test
	void listenersOfTheApplicationRunOnAThreadOfTheirOwn() {
		BlockingQueue<String> threads = new LinkedBlockingQueue<>();
		this.runner.withInitializer((context) -> context.addApplicationListener((event) -> {
			if (event instanceof PayloadApplicationEvent<?> payload
					&& payload.getPayload() instanceof CircuitStateChanged) {
				threads.add(Thread.currentThread().getName());
			}
		})).run((context) -> {
			context.getBean(LatencyCircuitBreakers.class).forRoute("rating");
			context.getBean(CircuitBreakerRegistry.class).circuitBreaker("token-bucket.rating").transitionToOpenState();
			assertThat(threads.poll(10, TimeUnit.SECONDS)).isEqualTo("openclaw-events");
		});
	}

	@Test
	void withoutAThresholdThereIsNoCircuit() {
		this.withoutThreshold.run(OpenClawCircuitBreakerAutoConfigurationTests::assertNoCircuits);
	}

	@Test
	void canBeSwitchedOffWhereAThresholdIsSet() {
		this.runner.withPropertyValues("openclaw.circuit-breaker.enabled=false")
			.run(OpenClawCircuitBreakerAutoConfigurationTests::assertNoCircuits);
	}

	private static void assertNoCircuits(AssertableReactiveWebApplicationContext context) {
		assertThat(context).hasNotFailed()
			.doesNotHaveBean(LatencyCircuitBreakers.class)
			.doesNotHaveBean(CircuitBreakerRegistry.class)
			.doesNotHaveBean("tokenBucketCircuitBreakersHealthIndicator");
	}

	@Test
	void aRouteMayHaveAThresholdOfItsOwnOrNone() {
		this.runner
			.withPropertyValues("openclaw.circuit-breaker.routes.reports.latency-threshold=5s",
					"openclaw.circuit-breaker.routes[My_Route].latency-threshold=1s",
					"openclaw.circuit-breaker.routes.events.enabled=false")
			.run((context) -> {
				LatencyCircuitBreakers breakers = context.getBean(LatencyCircuitBreakers.class);
				assertThat(breakers.forRoute("rating").threshold()).isEqualTo(
						new LatencyThreshold(Duration.ofMillis(250), "openclaw.circuit-breaker.latency-threshold"));
				assertThat(breakers.forRoute("reports").threshold()).isEqualTo(new LatencyThreshold(
						Duration.ofSeconds(5), "openclaw.circuit-breaker.routes.reports.latency-threshold"));
				assertThat(breakers.forRoute("My_Route").threshold()).isEqualTo(new LatencyThreshold(
						Duration.ofSeconds(1), "openclaw.circuit-breaker.routes.[My_Route].latency-threshold"));
				assertThat(breakers.forRoute("events")).isNull();
			});
	}

	@Test
	void oneRouteAloneMayHaveACircuit() {
		this.withoutThreshold.withPropertyValues("openclaw.circuit-breaker.routes.reports.latency-threshold=5s")
			.run((context) -> {
				assertThat(context.getBean(LatencyCircuitBreakers.class).forRoute("reports")).isNotNull();
				assertThat(context.getBean(LatencyCircuitBreakers.class).forRoute("rating")).isNull();
			});
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
			.withPropertyValues("openclaw.circuit-breaker.latency-threshold=250ms")
			.withClassLoader(new FilteredClassLoader("io.github.resilience4j"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("tokenBucketCircuitBreakers")
				.hasSingleBean(TokenBucketGatewayFilterFactory.class));
	}

}
