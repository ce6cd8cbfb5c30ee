package io.openclaw.tokenbucket.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;

/**
 * The Redis that the application uses itself.
 */
final class NamedRedis {

	private static final Log logger = LogFactory.getLog(NamedRedis.class);

	private static final String NODES = "spring.data.redis.masterreplica.nodes";

	private final RedisConnectionFactory factory;

	private final @Nullable String nodes;

	NamedRedis(RedisConnectionFactory factory, Environment environment) {
		this.factory = factory;
		this.nodes = Binder.get(environment)
			.bind(NODES, Bindable.listOf(String.class))
			.map((list) -> String.join(",", list))
			.orElse(null);
	}

	/**
	 * What may carry replication. Nobody can subscribe through a list of a master and its
	 * replicas.
	 * @param dispensable whether there are other buses
	 * @return the factory; {@code null} if it cannot carry any
	 * @throws OpenClawConfigurationException if it cannot, but would have to
	 */
	@Nullable RedisConnectionFactory carrier(boolean dispensable) {
		boolean elected = this.factory instanceof LettuceConnectionFactory lettuce
				&& (lettuce.getSentinelConfiguration() != null || lettuce.getClusterConfiguration() != null);
		if (this.nodes == null || elected) {
			return this.factory;
		}
		if (!dispensable) {
			throw new OpenClawConfigurationException(NODES, this.nodes,
					"token buckets cannot be replicated through a list of a master and its replicas",
					"Use spring.data.redis.sentinel or .cluster, or name the master as openclaw.crdt.buses[0].url.");
		}
		logger.info("Token buckets are not replicated through " + NODES + ", but through openclaw.crdt.buses alone");
		return null;
	}

}
