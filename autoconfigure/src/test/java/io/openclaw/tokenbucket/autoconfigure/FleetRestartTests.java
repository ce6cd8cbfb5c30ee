package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.redis.RedisSnapshotStore;
import io.openclaw.tokenbucket.testing.RedisExtension;
import io.openclaw.tokenbucket.testing.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * What gateways on a real Redis remember when all of them stop and start.
 */
@ExtendWith(OutputCaptureExtension.class)
class FleetRestartTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final String HASH = "openclaw:{default}:snapshot";

	private final RedisClient client = RedisClient.create(RedisURI.create(redis.host(), redis.port()));

	private final ApplicationContextRunner gateways = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, OpenClawRedisAutoConfiguration.class,
				OpenClawLimiterAutoConfiguration.class, OpenClawReplicationAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.host=" + redis.host(), "spring.data.redis.port=" + redis.port(),
				"openclaw.node.id=a", "openclaw.buckets.rating.capacity=100",
				"openclaw.buckets.rating.refill-rate-per-second=0.001", "openclaw.crdt.sync-interval=50ms",
				"openclaw.crdt.replication-factor=1");

	@BeforeEach
	void flush() {
		commands(RedisCommands::flushall);
	}

	@AfterEach
	void close() {
		this.client.shutdown();
	}

	@Test
	void whatWasSpentIsSpentAfterAllGatewaysStoppedAndStarted() {
		this.gateways.run((a) -> {
			awaitState(a, FleetState.HEALTHY);
			assertThat(limiter(a).tryConsume("rating", "k", 60).isAdmitted()).isTrue();
		});
		this.gateways.run((a) -> {
			assertThat(level(a)).isBetween(40.0, 40.1);
			awaitState(a, FleetState.HEALTHY);
			assertThat(limiter(a).tryConsume("rating", "k", 41).isAdmitted()).isFalse();
			assertThat(limiter(a).tryConsume("rating", "k", 40).isAdmitted()).isTrue();
		});
	}

	@Test
	void whatEarlierGatewaysSpentIsKnownBeforeTheWebServerStarts() {
		this.gateways.run((a) -> {
			awaitState(a, FleetState.HEALTHY);
			limiter(a).tryConsume("rating", "k", 60);
		});
		List<Double> levels = new CopyOnWriteArrayList<>();
		this.gateways
			.withInitializer((context) -> context.getBeanFactory()
				.registerSingleton("webServer", new WebServerPhase(() -> levels.add(level(context)))))
			.run((a) -> assertThat(levels).singleElement().satisfies((level) -> assertThat(level).isLessThan(40.1)));
	}

	@Test
	void aRedisThatIsSilentDelaysTheStartOnceAndIsReadWhenItSpeaks(CapturedOutput output) {
		this.gateways.run((a) -> {
			awaitState(a, FleetState.HEALTHY);
			limiter(a).tryConsume("rating", "k", 60);
		});
		try (TcpProxy proxy = new TcpProxy(redis.port())) {
			proxy.hold(true);
			this.gateways.withPropertyValues("spring.data.redis.port=" + proxy.port()).run((a) -> {
				assertThat(output).containsOnlyOnce("could not read the saved buckets yet");
				assertThat(level(a)).isEqualTo(100);
				proxy.hold(false);
				Awaitility.await()
					.atMost(Duration.ofSeconds(60))
					.untilAsserted(() -> assertThat(level(a)).isBetween(40.0, 41.0));
			});
		}
	}

	@Test
	void aRedisThatIsFlushedIsFilledAgain() {
		this.gateways.run((a) -> {
			awaitState(a, FleetState.HEALTHY);
			limiter(a).tryConsume("rating", "k", 60);
			Awaitility.await().until(() -> isSaved("6:rating:k"));
			commands(RedisCommands::flushall);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> isSaved("6:rating:k"));
			assertThat(level(a)).isBetween(40.0, 40.1);
		});
	}

	@Test
	void entriesLiveTwiceAsLongAsTheSlowestLimitTakesToFill() {
		this.gateways.run((a) -> Awaitility.await()
			.untilAsserted(() -> assertThat(commands((commands) -> commands.pttl(HASH)).longValue())
				.isBetween(199_900_000L, 200_000_000L)));
	}

	@Test
	void theUsersOwnStoreIsUsedInstead() {
		SnapshotStore own = mock();
		this.gateways.withBean(SnapshotStore.class, () -> own)
			.run((a) -> assertThat(a).doesNotHaveBean(RedisSnapshotStore.class));
	}

	private boolean isSaved(String name) {
		return commands((commands) -> commands.hexists(HASH, name));
	}

	private <T> T commands(Function<RedisCommands<String, String>, T> action) {
		try (StatefulRedisConnection<String, String> connection = this.client.connect()) {
			return action.apply(connection.sync());
		}
	}

	private static void awaitState(ApplicationContext context, FleetState state) {
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> limiter(context).state() == state);
	}

	private static TokenBucketLimiter limiter(ApplicationContext context) {
		return context.getBean(TokenBucketLimiter.class);
	}

	private static double level(ApplicationContext context) {
		return limiter(context).peek("rating", "k").level() / 1e6;
	}

	/** Stands for Boot's web server, in the earliest of its phases. */
	private record WebServerPhase(Runnable onStart) implements SmartLifecycle {

		@Override
		public void start() {
			this.onStart.run();
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

		@Override
		public int getPhase() {
			return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE;
		}

	}

}
