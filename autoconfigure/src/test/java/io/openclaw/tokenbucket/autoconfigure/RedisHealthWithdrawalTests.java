package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class RedisHealthWithdrawalTests {

	@Test
	void aRedisThatOnlyCarriesTokenBucketsDoesNotMakeAGatewayUnhealthy(CapturedOutput output) {
		assertThat(isChecked(Application.class)).isFalse();
		assertThat(output).contains("management.health.redis.enabled=true keeps it");
	}

	@ParameterizedTest
	@ValueSource(classes = { Sessions.class, Templates.class })
	void anApplicationThatUsesRedisItselfKeepsTheCheck(Class<?> user) {
		assertThat(isChecked(user)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "--management.health.redis.enabled=true",
			"--management.endpoint.health.group.readiness.include=ping,redis",
			"--spring.main.lazy-initialization=true" })
	void whoeverWantsBootsIndicatorOrMayUseRedisLaterKeepsIt(String argument) {
		assertThat(isChecked(Application.class, argument)).isTrue();
	}

	private static boolean isChecked(Class<?> application, String... arguments) {
		SpringApplication started = new SpringApplication(application);
		started.setWebApplicationType(WebApplicationType.REACTIVE);
		started.setDefaultProperties(Map.of("server.port", "0", "server.address", "127.0.0.1", "spring.data.redis.host",
				"127.0.0.1", "spring.data.redis.port", "1", "openclaw.crdt.sync-interval", "20ms"));
		try (ConfigurableApplicationContext context = started.run(arguments)) {
			return context.getBean(ReactiveHealthContributorRegistry.class).getContributor("redis") != null;
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Sessions {

		@Bean
		Object sessionRepository(ReactiveRedisConnectionFactory redis) {
			return redis.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Templates {

		@Bean
		Object cart(StringRedisTemplate redis) {
			return redis.toString();
		}

	}

}
