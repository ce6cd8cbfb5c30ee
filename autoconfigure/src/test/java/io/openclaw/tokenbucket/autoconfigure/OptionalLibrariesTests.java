package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;
import java.util.stream.StreamSupport;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.util.ClassUtils;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All auto-configurations of the starter together, while one library after the other that
 * a user may leave out is not there.
 */
class OptionalLibrariesTests {

	private final Class<?>[] autoConfigurations = StreamSupport
		.stream(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).spliterator(), false)
		.filter((name) -> name.startsWith("io.openclaw."))
		.map((name) -> ClassUtils.resolveClassName(name, getClass().getClassLoader()))
		.toArray(Class<?>[]::new);

	@ParameterizedTest
	@ValueSource(strings = { "com.example.nothing", "org.springframework.data,org.springframework.boot.data,io.lettuce",
			"org.springframework.boot.actuate,org.springframework.boot.health,org.springframework.boot.micrometer,io.micrometer.core",
			"org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer.core",
			"io.github.resilience4j", "io.github.resilience4j.micrometer", "org.springframework.cloud.context",
			"org.springframework.cloud.gateway" })
	void startsAndLimitsWithout(String packages) {
		List<String> missing = List.of(packages.split(","));
		ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(this.autoConfigurations))
			.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.initial-tokens=1",
					"openclaw.buckets.rating.refill-rate-per-second=0.001",
					"openclaw.circuit-breaker.latency-threshold=300ms", "management.endpoints.web.exposure.include=*")
			.withClassLoader(new FilteredClassLoader(missing.toArray(String[]::new)));
		if (!missing.contains("io.micrometer.core")) {
			runner = runner.withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new);
		}
		if (!missing.contains("org.springframework.cloud.gateway")) {
			runner = runner.withBean(GatewayProperties.class, GatewayProperties::new)
				.withBean(ConfigurationService.class, () -> new ConfigurationService(new DefaultListableBeanFactory(),
						DefaultConversionService::new, LocalValidatorFactoryBean::new));
		}
		if (!missing.contains("org.springframework.data")) {
			runner = runner.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));
		}
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
			assertThat(limiter.tryConsume("rating", "somebody", 1).isAdmitted()).isTrue();
			assertThat(limiter.tryConsume("rating", "somebody", 1).isAdmitted()).isFalse();
		});
	}

}
