package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.boot.health.registry.ReactiveHealthContributorRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class RedisHealthEnvironmentPostProcessorTests {

	@Test
	void aRedisThatIsDownDoesNotMakeAGatewayUnhealthy() {
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getBean(ReactiveHealthContributorRegistry.class).getContributor("redis")).isNull();
		}
	}

	@Test
	void whoeverWantsBootsIndicatorGetsIt() {
		try (ConfigurableApplicationContext context = start("--management.health.redis.enabled=true")) {
			assertThat(context.getBean(ReactiveHealthContributorRegistry.class).getContributor("redis")).isNotNull();
		}
	}

	@Test
	void defaultPropertiesOfTheApplicationCountToo() {
		StandardEnvironment environment = new StandardEnvironment();
		DefaultPropertiesPropertySource.addOrMerge(Map.of(RedisHealthEnvironmentPostProcessor.PROPERTY, true),
				environment.getPropertySources());
		new RedisHealthEnvironmentPostProcessor().postProcessEnvironment(environment, new SpringApplication());
		assertThat(environment.getProperty(RedisHealthEnvironmentPostProcessor.PROPERTY)).isEqualTo("true");
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		application.setDefaultProperties(Map.of("server.port", "0", "server.address", "127.0.0.1",
				"spring.data.redis.host", "127.0.0.1", "spring.data.redis.port", "1"));
		return application.run(arguments);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
