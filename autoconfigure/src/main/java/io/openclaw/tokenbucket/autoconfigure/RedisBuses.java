package io.openclaw.tokenbucket.autoconfigure;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.Bus;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * The Redis that carry replication, each independent of the others. Immutable.
 *
 * @param factories point to them, by the name of the bus, in order; at least one
 */
record RedisBuses(Map<String, RedisConnectionFactory> factories) {

	/** The bus that {@code spring.data.redis} configures. */
	static final String PRIMARY = "redis";

	private static final String PROPERTY = "openclaw.crdt.buses";

	private static final int MOST_BUSES = 15;

	/**
	 * Puts the application's own Redis first, where there is one.
	 * @param primary the application's own; {@code null} if nobody named it
	 * @param buses further ones
	 * @param made makes factories
	 * @return all of them
	 * @throws OpenClawConfigurationException if anything about a bus is wrong
	 */
	static RedisBuses of(@Nullable RedisConnectionFactory primary, List<Bus> buses, BusFactories made) {
		if (buses.size() > MOST_BUSES) {
			throw new OpenClawConfigurationException(PROPERTY, buses.size() + " buses", "there are too many",
					"Name at most %d. Three outlive the loss of one.".formatted(MOST_BUSES));
		}
		Map<String, RedisConnectionFactory> factories = new LinkedHashMap<>();
		if (primary != null) {
			factories.put(PRIMARY, primary);
		}
		Set<String> names = new HashSet<>(factories.keySet());
		for (int i = 0; i < buses.size(); i++) {
			String property = "%s[%d]".formatted(PROPERTY, i);
			String name = BusFactories.name(property + ".name", buses.get(i), names);
			factories.put(name, made.create(property, buses.get(i)));
		}
		return new RedisBuses(factories);
	}

}
