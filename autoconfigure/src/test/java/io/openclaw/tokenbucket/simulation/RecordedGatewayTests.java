package io.openclaw.tokenbucket.simulation;

import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * What a gateway recorded on a real Redis, beside another one, is played again.
 */
class RecordedGatewayTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	@Test
	void aRecordingOfAGatewayOnRedisIsPlayedAgainToTheSameLevels(@TempDir Path directory) throws Exception {
		Path file = directory.resolve("recording.jsonl");
		double alice;
		double bob;
		try (ConfigurableApplicationContext recorded = start("a", "--openclaw.recording.file=" + file);
				ConfigurableApplicationContext other = start("b")) {
			TokenBucketLimiter here = recorded.getBean(TokenBucketLimiter.class);
			TokenBucketLimiter there = other.getBean(TokenBucketLimiter.class);
			await().atMost(PATIENCE).until(() -> isHealthy(here) && isHealthy(there));
			LimitControl control = recorded.getBean(LimitControl.class);
			spend(here, there);
			awaitAgreement(here, there);
			lowerTheLimit(control);
			await().atMost(PATIENCE).until(() -> there.policy("api").limit().capacity() == MicroTokens.ofTokens(800));
			spend(here, there);
			control.giveBack("api", "alice", MicroTokens.ofTokens(20));
			awaitAgreement(here, there);
			alice = level(here, "alice");
			bob = level(here, "bob");
		}
		Replay replay = new Replay(file, MessageSigning.NONE);
		replay.run(Duration.ZERO);
		assertThat(replay.limiter().policy("api").limit().capacity()).isEqualTo(MicroTokens.ofTokens(800));
		assertThat(alice).isBetween(0.0, 799.0);
		assertThat(level(replay.limiter(), "alice")).isCloseTo(alice, within(1.0));
		assertThat(level(replay.limiter(), "bob")).isCloseTo(bob, within(1.0));
	}

	private static void spend(TokenBucketLimiter here, TokenBucketLimiter there) {
		for (int i = 0; i < 100; i++) {
			here.tryConsume("api", "alice", 1);
			there.tryConsume("api", "alice", 1);
			there.tryConsume("api", "bob", 1);
		}
	}

	// Refill goes on meanwhile.
	private static void awaitAgreement(TokenBucketLimiter here, TokenBucketLimiter there) {
		await().atMost(PATIENCE)
			.until(() -> Math.abs(level(here, "alice") - level(there, "alice")) < 0.1
					&& Math.abs(level(here, "bob") - level(there, "bob")) < 0.1);
	}

	private static void lowerTheLimit(LimitControl control) {
		control.edit("api",
				(current) -> new LimitDefinition(
						new Limit("api", MicroTokens.ofTokens(800), current.limit().refillRate(),
								MicroTokens.ofTokens(800), current.limit().revision()),
						0, current.consistency(), current.mode()),
				LimitSource.ENDPOINT);
	}

	private static boolean isHealthy(TokenBucketLimiter limiter) {
		return limiter.state() == FleetState.HEALTHY;
	}

	private static double level(TokenBucketLimiter limiter, String key) {
		return MicroTokens.toTokens(limiter.peek("api", key).level());
	}

	private static ConfigurableApplicationContext start(String node, String... more) {
		SpringApplicationBuilder gateway = new SpringApplicationBuilder(Gateway.class).properties("server.port=0",
				"spring.config.name=none", "openclaw.node.id=" + node, "spring.data.redis.host=" + redis.host(),
				"spring.data.redis.port=" + redis.port(), "openclaw.crdt.namespace=recorded",
				"openclaw.crdt.replication-factor=2", "openclaw.buckets.api.capacity=1000",
				"openclaw.buckets.api.refill-tokens=1", "openclaw.buckets.api.refill-period=1h");
		return gateway.run(more);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
