package io.openclaw.tokenbucket.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.Configurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.cloud.gateway.config.GatewayProperties;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DeferredImportSelector;
import org.springframework.context.annotation.Import;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.util.ClassUtils;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All auto-configurations of the starter together, while one library after the other that
 * a user may leave out is not there.
 */
class OptionalLibrariesTests {

	private static final List<String> inOrder = autoConfigurations();

	@ParameterizedTest
	@ValueSource(strings = { "com.example.nothing", "org.springframework.data,org.springframework.boot.data,io.lettuce",
			"org.springframework.boot.actuate,org.springframework.boot.health,org.springframework.boot.micrometer,io.micrometer.core",
			"org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer.core",
			"io.github.resilience4j", "io.github.resilience4j.micrometer", "org.springframework.cloud.context",
			"org.springframework.cloud.gateway" })
	void startsAndLimitsWithout(String packages) {
		List<String> missing = List.of(packages.split(","));
		ClassLoader loader = new UsersClassLoader(missing.toArray(String[]::new));
		ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
			.withUserConfiguration(Application.class)
			.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.initial-tokens=1",
					"openclaw.buckets.rating.refill-rate-per-second=0.001",
					"openclaw.circuit-breaker.latency-threshold=300ms", "management.endpoints.web.exposure.include=*")
			.withClassLoader(loader);
		if (!missing.contains("io.micrometer.core")) {
			runner = runner.withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new);
		}
		if (!missing.contains("org.springframework.cloud.gateway")) {
			runner = runner.withBean(GatewayProperties.class, GatewayProperties::new)
				.withBean(ConfigurationService.class, () -> new ConfigurationService(new DefaultListableBeanFactory(),
						DefaultConversionService::new, LocalValidatorFactoryBean::new));
		}
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			Object limiter = context.getBean(ClassUtils.resolveClassName(TokenBucketLimiter.class.getName(), loader));
			assertThat(isAdmitted(limiter)).isTrue();
			assertThat(isAdmitted(limiter)).isFalse();
		});
	}

	private static List<String> autoConfigurations() {
		ClassLoader complete = OptionalLibrariesTests.class.getClassLoader();
		Class<?>[] ours = StreamSupport
			.stream(ImportCandidates.load(AutoConfiguration.class, complete).spliterator(), false)
			.filter((name) -> name.startsWith("io.openclaw.tokenbucket.autoconfigure."))
			.map((name) -> ClassUtils.resolveClassName(name, complete))
			.toArray(Class<?>[]::new);
		return Arrays
			.stream(Configurations.getClasses(AutoConfigurations.of(ours),
					AutoConfigurations.of(DataRedisAutoConfiguration.class)))
			.map(Class::getName)
			.toList();
	}

	private static boolean isAdmitted(Object limiter) {
		Object decision = ReflectionTestUtils.invokeMethod(limiter, "tryConsume", "rating", "somebody", 1L);
		return Boolean.TRUE.equals(ReflectionTestUtils.<Boolean>invokeMethod(decision, "isAdmitted"));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(AllAutoConfigurations.class)
	static class Application {

	}

	/** By their names, as Spring Boot imports them, before their classes are loaded. */
	static class AllAutoConfigurations implements DeferredImportSelector, BeanClassLoaderAware {

		private ClassLoader user;

		@Override
		public void setBeanClassLoader(ClassLoader classLoader) {
			this.user = classLoader;
		}

		@Override
		public String[] selectImports(AnnotationMetadata application) {
			return inOrder.stream().filter((name) -> ClassUtils.isPresent(name, this.user)).toArray(String[]::new);
		}

	}

	/** Loads the starter itself, so that it lacks what is missing. */
	private static final class UsersClassLoader extends FilteredClassLoader {

		UsersClassLoader(String... missing) {
			super(missing);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith("io.openclaw.")) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : define(name);
			}
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (in == null) {
					throw new ClassNotFoundException(name);
				}
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
