package io.openclaw.sample.redis;

import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Gives the application a Redis server when its configuration names none: the one that
 * listens on {@code spring.data.redis.port} (6379 unless set) of this machine, or else
 * one started there. Port 0 starts one on any free port, for this process alone.
 */
class EmbeddedRedisEnvironmentPostProcessor implements EnvironmentPostProcessor, Ordered {

	private static final String PREFIX = "spring.data.redis.";

	private static final List<String> TEXTS = List.of("host", "url");

	private static final List<String> GROUPS = List.of("sentinel", "cluster", "masterreplica");

	private static final int DEFAULT_PORT = 6379;

	private final Log logger;

	EmbeddedRedisEnvironmentPostProcessor(DeferredLogFactory logFactory) {
		this.logger = logFactory.getLog(getClass());
	}

	@Override
	public int getOrder() {
		return ConfigDataEnvironmentPostProcessor.ORDER + 1;
	}

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		Binder binder = Binder.get(environment);
		if (!namesServer(binder)) {
			int port = findOrStart(binder.bind(PREFIX + "port", Integer.class).orElse(DEFAULT_PORT));
			Map<String, Object> address = Map.of(PREFIX + "host", "127.0.0.1", PREFIX + "port", port);
			environment.getPropertySources().addFirst(new MapPropertySource("embeddedRedis", address));
		}
	}

	private static boolean namesServer(Binder binder) {
		Bindable<Map<String, Object>> group = Bindable.mapOf(String.class, Object.class);
		return TEXTS.stream().anyMatch((name) -> binder.bind(PREFIX + name, String.class).isBound())
				|| GROUPS.stream().anyMatch((name) -> binder.bind(PREFIX + name, group).isBound());
	}

	private int findOrStart(int port) {
		if (port != 0 && RedisProbe.listens(port)) {
			return found(port);
		}
		try {
			EmbeddedRedis redis = EmbeddedRedis.start(port);
			// after the contexts have closed: they say goodbye through it
			SpringApplication.getShutdownHandlers().add(redis::stop);
			this.logger.info("Started a Redis server on 127.0.0.1:" + redis.port()
					+ ". It ends with this process; name your own with spring.data.redis.host");
			return redis.port();
		}
		catch (PortTakenException ex) {
			// two gateways that start at once: the other one was quicker
			if (RedisProbe.listens(port)) {
				return found(port);
			}
			throw ex;
		}
	}

	private int found(int port) {
		this.logger.info("Found a Redis server on 127.0.0.1:" + port);
		return port;
	}

}
