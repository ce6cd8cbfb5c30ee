package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.redis.RedisReplicationTransport;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class OpenClawRedisAutoConfigurationTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private final ApplicationContextRunner contexts = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class,
				DataRedisReactiveAutoConfiguration.class, OpenClawRedisAutoConfiguration.class,
				OpenClawLimiterAutoConfiguration.class, OpenClawReplicationAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=100",
				"openclaw.buckets.rating.refill-rate-per-second=0.001", "openclaw.crdt.sync-interval=50ms",
				"openclaw.crdt.replication-factor=1");

	@Test
	void gatewaysOnOneRedisShareABudget() {
		ApplicationContextRunner onRedis = this.contexts.withPropertyValues("spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port());
		onRedis.withPropertyValues("openclaw.node.id=a")
			.run((a) -> onRedis.withPropertyValues("openclaw.node.id=b").run((b) -> {
				awaitFleetOf(2, a);
				awaitFleetOf(2, b);
				a.getBean(TokenBucketLimiter.class).tryConsume("rating", "k", 30);
				Awaitility.await()
					.atMost(Duration.ofSeconds(10))
					.until(() -> b.getBean(TokenBucketLimiter.class).peek("rating", "k").level() < 71_000_000);
			}));
	}

	@Test
	void gatewaysOfOtherNamespacesShareNothing() {
		ApplicationContextRunner onRedis = this.contexts.withPropertyValues("spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port());
		onRedis.withPropertyValues("openclaw.node.id=a", "openclaw.crdt.namespace=staging")
			.run((a) -> onRedis.withPropertyValues("openclaw.node.id=b", "openclaw.crdt.namespace=production")
				.run((b) -> {
					awaitFleetOf(1, a);
					awaitFleetOf(1, b);
				}));
	}

	@Test
	void aNodeThatStartsAgainHasANewerIncarnation() {
		ApplicationContextRunner onRedis = this.contexts.withPropertyValues("spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port(), "openclaw.node.id=again");
		onRedis.run((first) -> {
			MemberId before = first.getBean(MemberId.class);
			onRedis.run((second) -> assertThat(second.getBean(MemberId.class)).isGreaterThan(before));
		});
	}

	@Test
	void aRedisThatCannotBeReachedIsIsolationNotSolitude() {
		this.contexts
			.withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=1",
					"openclaw.crdt.replication-factor=4")
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(RedisReplicationTransport.class);
				TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
				Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> limiter.state() == FleetState.ISOLATED);
				assertThat(limiter.tryConsume("rating", "k", 25).isAdmitted()).isTrue();
				assertThat(limiter.tryConsume("rating", "k", 1).isAdmitted()).isFalse();
			});
	}

	@Test
	void aRedisThatNobodyNamesIsNotUsed() {
		this.contexts.run((context) -> assertThat(context).hasSingleBean(LettuceConnectionFactory.class)
			.doesNotHaveBean(ReplicationTransport.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=1",
			"spring.data.redis.url=redis://127.0.0.1:1", "spring.data.redis.cluster.nodes=127.0.0.1:1",
			"spring.data.redis.cluster.nodes[0]=127.0.0.1:1" })
	void aPropertyNamesARedis(String property) {
		this.contexts.withPropertyValues(property)
			.run((context) -> assertThat(context).hasSingleBean(RedisReplicationTransport.class));
	}

	@Test
	void aSentinelNamesARedis() {
		this.contexts
			.withPropertyValues("spring.data.redis.sentinel.master=m", "spring.data.redis.sentinel.nodes=127.0.0.1:1")
			.run((context) -> assertThat(context).hasSingleBean(RedisReplicationTransport.class));
	}

	@Test
	void anEnvironmentVariableNamesARedis() {
		this.contexts
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment-test",
						Map.of("SPRING_DATA_REDIS_HOST", "127.0.0.1"))))
			.run((context) -> assertThat(context).hasSingleBean(RedisReplicationTransport.class));
	}

	@ParameterizedTest
	@ValueSource(classes = { OwnDetails.class, OwnRedisConfiguration.class, OwnFactory.class })
	void aBeanOfTheUsersNamesARedis(Class<?> configuration) {
		this.contexts.withUserConfiguration(configuration)
			.run((context) -> assertThat(context).hasSingleBean(RedisReplicationTransport.class));
	}

	@Test
	void theUsersOwnTransportIsUsedInstead() {
		this.contexts.withPropertyValues("spring.data.redis.host=127.0.0.1")
			.withBean(ReplicationTransport.class, () -> mock(ReplicationTransport.class))
			.run((context) -> assertThat(context).hasSingleBean(ReplicationTransport.class)
				.doesNotHaveBean(RedisReplicationTransport.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.data.redis", "io.lettuce" })
	void withoutRedisOnTheClassPathTheGatewayLimitsOnItsOwn(String absent) {
		this.contexts.withClassLoader(new FilteredClassLoader(absent))
			.withPropertyValues("spring.data.redis.host=127.0.0.1")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ReplicationTransport.class)
				.hasSingleBean(TokenBucketLimiter.class));
	}

	private static void awaitFleetOf(int size, ApplicationContext context) {
		Replicator replicator = context.getBean(Replicator.class);
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> replicator.status().state() == FleetState.HEALTHY && replicator.status().fleetSize() == size);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDetails {

		@Bean
		DataRedisConnectionDetails ownDetails() {
			return new DataRedisConnectionDetails() {

				@Override
				public Standalone getStandalone() {
					return Standalone.of("127.0.0.1", 1);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRedisConfiguration {

		@Bean
		RedisStandaloneConfiguration ownRedisConfiguration() {
			return new RedisStandaloneConfiguration("127.0.0.1", 1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFactory {

		@Bean
		LettuceConnectionFactory ownFactory() {
			return new LettuceConnectionFactory("127.0.0.1", 1);
		}

	}

}
