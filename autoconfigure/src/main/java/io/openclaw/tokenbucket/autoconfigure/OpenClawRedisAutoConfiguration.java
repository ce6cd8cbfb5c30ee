package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.lettuce.core.resource.ClientResources;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.redis.RedisIncarnations;
import io.openclaw.tokenbucket.redis.RedisReplicationTransport;
import io.openclaw.tokenbucket.redis.RedisSnapshotStore;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Auto-configuration of replication over Redis, where any is named: the application's
 * own, further ones, or both.
 */
@AutoConfiguration(before = OpenClawLimiterAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnClass(name = "io.lettuce.core.RedisClient", value = LettuceConnectionFactory.class)
@ConditionalOnBooleanProperty(name = "openclaw.crdt.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(ReplicationTransport.class)
@Conditional(OnRedisBusCondition.class)
@EnableConfigurationProperties(OpenClawProperties.class)
public final class OpenClawRedisAutoConfiguration {

	private static final Duration LONGEST_COUNT = Duration.ofSeconds(2);

	@Bean
	@ConditionalOnMissingBean
	RedisBuses tokenBucketRedisBuses(ObjectProvider<NamedRedis> named, OpenClawProperties properties,
			ObjectProvider<SslBundles> sslBundles, ObjectProvider<ClientResources> resources) {
		List<OpenClawProperties.Bus> further = properties.crdt().buses();
		NamedRedis own = named.getIfAvailable();
		return RedisBuses.of((own != null) ? own.carrier(!further.isEmpty()) : null, further,
				new BusFactories(sslBundles.getIfAvailable(), resources.getIfUnique()));
	}

	@Bean
	RedisReplicationTransport redisReplicationTransport(RedisBuses buses, OpenClawSettings settings) {
		return new RedisReplicationTransport(buses.factories(), settings.namespace());
	}

	@Bean
	@ConditionalOnMissingBean(SnapshotStore.class)
	RedisSnapshotStore redisSnapshotStore(RedisBuses buses, OpenClawSettings settings) {
		return new RedisSnapshotStore(buses.factories().values(), settings.namespace());
	}

	@Bean
	@ConditionalOnMissingBean
	MemberId tokenBucketMemberId(RedisBuses buses, OpenClawSettings settings, OpenClawProperties properties,
			Environment environment) {
		String node = NodeId.of(properties, environment);
		return new MemberId(node,
				new RedisIncarnations(buses.factories().values(), settings.namespace()).next(node, LONGEST_COUNT));
	}

	/**
	 * The application has a Redis of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(RedisConnectionFactory.class)
	@Conditional(OnNamedRedisCondition.class)
	static class NamedRedisConfiguration {

		@Bean
		NamedRedis tokenBucketNamedRedis(RedisConnectionFactory factory, Environment environment) {
			return new NamedRedis(factory, environment);
		}

	}

}
