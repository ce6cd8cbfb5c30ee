package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.redis.RedisReplicationTransport;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RedisBuses}: what is named, and what is said of mistakes. No server is
 * reached.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisBusesTests {

	private static final String BUS = "openclaw.crdt.buses[0].";

	private final ApplicationContextRunner contexts = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, DataRedisAutoConfiguration.class,
				DataRedisReactiveAutoConfiguration.class, OpenClawRedisAutoConfiguration.class,
				OpenClawLimiterAutoConfiguration.class, OpenClawReplicationAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=100",
				"openclaw.buckets.rating.refill-rate-per-second=0.001", "openclaw.crdt.sync-interval=10ms");

	@Test
	void theApplicationsOwnRedisIsTheFirstBus() {
		this.contexts
			.withPropertyValues("spring.data.redis.port=1", BUS + "name=two", BUS + "url=redis://127.0.0.1:1",
					"openclaw.crdt.buses[1].name=three", "openclaw.crdt.buses[1].nodes=127.0.0.1:1,127.0.0.1:2")
			.run((context) -> assertThat(context.getBean(RedisReplicationTransport.class).buses())
				.extracting(BusStatus::name)
				.containsExactly("redis", "two", "three"));
	}

	@Test
	void busesAloneAreEnough() {
		this.contexts.withPropertyValues(BUS + "name=only", BUS + "url=redis://127.0.0.1:1")
			.run((context) -> assertThat(context.getBean(RedisReplicationTransport.class).buses())
				.extracting(BusStatus::name)
				.containsExactly("only"));
	}

	@Test
	void credentialsAndEncryptionAreThoseOfTheBus() {
		this.contexts
			.withPropertyValues(BUS + "name=only", BUS + "url=rediss://other:wrong@127.0.0.1:1/3",
					BUS + "username=gateway", BUS + "password=s3cret")
			.run((context) -> {
				LettuceConnectionFactory factory = factory(context.getBean(RedisBuses.class));
				assertThat(factory.isUseSsl()).isTrue();
				assertThat(factory.getClientConfiguration().isVerifyPeer()).isTrue();
				assertThat(factory.getStandaloneConfiguration().getUsername()).isEqualTo("gateway");
				assertThat(factory.getStandaloneConfiguration().getPassword()).isEqualTo(RedisPassword.of("s3cret"));
				assertThat(factory.getStandaloneConfiguration().getDatabase()).isEqualTo(3);
			});
	}

	@Test
	void sentinelsAndClustersAreUnderstood() {
		this.contexts.withPropertyValues(BUS + "name=only", BUS + "url=redis-sentinel://127.0.0.1:1,127.0.0.1:2#main")
			.run((context) -> assertThat(
					Objects.requireNonNull(factory(context.getBean(RedisBuses.class)).getSentinelConfiguration())
						.getSentinels())
				.hasSize(2));
		this.contexts.withPropertyValues(BUS + "name=only", BUS + "nodes=127.0.0.1:1,127.0.0.1:2", BUS + "password=p")
			.run((context) -> assertThat(
					Objects.requireNonNull(factory(context.getBean(RedisBuses.class)).getClusterConfiguration())
						.getPassword())
				.isEqualTo(RedisPassword.of("p")));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			url=redis://h:1                        | buses[0].name       | Give the bus a name
			name=a b;url=redis://h:1               | buses[0].name       | letters, digits
			name=redis;url=redis://h:1             | buses[0].name       | Choose another name
			name=two                               | buses[0].url        | Set url to the URL
			name=two;url=redis://h:1;nodes=h:1     | buses[0].url        | not both
			name=two;url=http://u:s3cret@h:1       | buses[0].url        | redis://host:port
			name=two;url=u:s3cret@h                | buses[0].url        | redis://host:port
			name=two;nodes=h:x                     | buses[0].nodes      | host:port
			name=two;url=redis://h:1;username=u    | buses[0].username   | Set password
			name=two;url=redis://h:1;ssl-bundle=no | buses[0].ssl-bundle | spring.ssl.bundle.pem.no
			name=two;url=redis://h:1;pasword=s3cret | pasword            | pasword
			""")
	void aWrongBusFailsStartUpWithItsPropertyAndAMendAndNoPassword(String settings, String property, String mend,
			CapturedOutput output) {
		String[] values = settings.split(";");
		for (int i = 0; i < values.length; i++) {
			values[i] = BUS + values[i];
		}
		this.contexts.withPropertyValues("spring.data.redis.port=1").withPropertyValues(values).run((context) -> {
			assertThat(context).hasFailed();
			String messages = messages(context.getStartupFailure());
			assertThat(messages).contains(property, mend);
			if (!settings.contains("pasword")) {
				assertThat(messages).doesNotContain("s3cret");
				assertThat(output).doesNotContain("s3cret");
			}
		});
	}

	@Test
	void propertiesAreShownWithoutCredentials() {
		this.contexts
			.withPropertyValues(BUS + "name=two", BUS + "url=redis://u:s3cret@127.0.0.1:1", BUS + "password=pass-word",
					"openclaw.crdt.secret=hidden")
			.run((context) -> assertThat(context.getBean(OpenClawProperties.class).toString()).contains("two")
				.doesNotContain("s3cret", "pass-word", "hidden"));
	}

	@Test
	void aListOfAMasterAndReplicasIsRefusedUnlessThereAreBuses() {
		ApplicationContextRunner listed = this.contexts
			.withPropertyValues("spring.data.redis.masterreplica.nodes=127.0.0.1:1,127.0.0.1:2");
		listed.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.isInstanceOf(OpenClawConfigurationException.class)
			.hasMessageContaining("spring.data.redis.masterreplica.nodes")
			.hasMessageContaining("openclaw.crdt.buses[0].url"));
		listed.withPropertyValues(BUS + "name=two", BUS + "url=redis://127.0.0.1:1")
			.run((context) -> assertThat(context.getBean(RedisReplicationTransport.class).buses())
				.extracting(BusStatus::name)
				.containsExactly("two"));
	}

	@Test
	void busesWithoutARedisClientAreRefusedUnlessTheTransportIsTheUsers() {
		ApplicationContextRunner without = this.contexts.withClassLoader(new FilteredClassLoader("io.lettuce"))
			.withPropertyValues(BUS + "name=two", BUS + "url=redis://127.0.0.1:1");
		without.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining("openclaw.crdt.buses")
			.hasMessageContaining("spring-boot-starter-data-redis-reactive"));
		without.withBean(ReplicationTransport.class, () -> mock(ReplicationTransport.class))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void manyDeadServersDoNotAddUpAtStart() {
		long start = System.nanoTime();
		this.contexts
			.withPropertyValues("spring.data.redis.port=1", BUS + "name=two", BUS + "url=redis://127.0.0.1:1",
					"openclaw.crdt.buses[1].name=three", "openclaw.crdt.buses[1].url=redis://192.0.2.1:6379")
			.run((context) -> assertThat(context).hasNotFailed());
		// Generous: the bound is 2 s for the incarnation and 3 s for persisted state.
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
	}

	private static LettuceConnectionFactory factory(RedisBuses buses) {
		return (LettuceConnectionFactory) buses.factories().values().iterator().next();
	}

	private static String messages(Throwable failure) {
		StringBuilder messages = new StringBuilder();
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			messages.append(cause.getMessage()).append('\n');
		}
		return messages.toString();
	}

}
