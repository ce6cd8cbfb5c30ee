package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;

import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * Says why there is no Redis where there must be one.
 */
final class MissingRedis {

	private static final String PREFIX = "spring.data.redis.";

	// Where Spring Boot 2 read them from.
	private static final String FORMER_PREFIX = "spring.redis.";

	private static final List<String> NAMES = List.of("host", "url", "sentinel.nodes", "cluster.nodes");

	private MissingRedis() {
	}

	/**
	 * Looks for what was meant to name one.
	 * @param environment the properties
	 * @return a mistake that names the property
	 */
	static OpenClawConfigurationException in(Environment environment) {
		for (String name : NAMES) {
			if (environment.containsProperty(FORMER_PREFIX + name)) {
				return new OpenClawConfigurationException(FORMER_PREFIX + name,
						environment.getProperty(FORMER_PREFIX + name), "Spring Boot does not read this property",
						"Rename it to %s%s.".formatted(PREFIX, name));
			}
			if (environment.containsProperty(PREFIX + name)
					&& !StringUtils.hasText(environment.getProperty(PREFIX + name))) {
				return new OpenClawConfigurationException(PREFIX + name, "",
						"it is blank, and openclaw.crdt.required is set", "Set it to the address of the Redis.");
			}
		}
		if (!ClassUtils.isPresent("io.lettuce.core.RedisClient", MissingRedis.class.getClassLoader())) {
			return new OpenClawConfigurationException("openclaw.crdt.required", true,
					"there is no Redis client on the class path", "Add spring-boot-starter-data-redis-reactive.");
		}
		return new OpenClawConfigurationException("openclaw.crdt.required", true,
				"no Redis is configured, so this gateway would share its budgets with no other",
				"Set spring.data.redis.host, .url, .sentinel or .cluster, or openclaw.crdt.buses; or remove this property.");
	}

}
