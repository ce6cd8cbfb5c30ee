package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.DefaultPropertiesPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Switches Boot's own Redis health indicator off unless somebody says otherwise. It
 * answers 503 while Redis is down; a gateway that still limits must not be restarted or
 * taken out of service for that. The component {@code tokenBucketReplication} tells
 * instead.
 */
class RedisHealthEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	static final String PROPERTY = "management.health.redis.enabled";

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		if (!environment.containsProperty(PROPERTY)) {
			DefaultPropertiesPropertySource.addOrMerge(Map.of(PROPERTY, false), environment.getPropertySources());
		}
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

}
