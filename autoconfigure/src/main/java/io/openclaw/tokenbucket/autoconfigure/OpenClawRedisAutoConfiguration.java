package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.redis.RedisIncarnations;
import io.openclaw.tokenbucket.redis.RedisReplicationTransport;
import io.openclaw.tokenbucket.replication.ReplicationTransport;

/**
 * Auto-configuration of replication over Redis, where one is named.
 */
@AutoConfiguration(before = OpenClawLimiterAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnClass(name = "io.lettuce.core.RedisClient", value = LettuceConnectionFactory.class)
@ConditionalOnBean(RedisConnectionFactory.class)
@ConditionalOnMissingBean(ReplicationTransport.class)
@Conditional(OnNamedRedisCondition.class)
@EnableConfigurationProperties(OpenClawProperties.class)
public final class OpenClawRedisAutoConfiguration {

	private static final Duration LONGEST_COUNT = Duration.ofSeconds(2);

	@Bean
	RedisReplicationTransport redisReplicationTransport(RedisConnectionFactory factory, OpenClawSettings settings) {
		return new RedisReplicationTransport(factory, settings.namespace());
	}

	@Bean
	@ConditionalOnMissingBean
	MemberId tokenBucketMemberId(RedisConnectionFactory factory, OpenClawSettings settings,
			OpenClawProperties properties, Environment environment) {
		String node = NodeId.of(properties, environment);
		return new MemberId(node, new RedisIncarnations(factory, settings.namespace()).next(node, LONGEST_COUNT));
	}

}
