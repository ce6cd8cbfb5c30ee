package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
import org.springframework.context.ApplicationContext;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.ReplicationStatus;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.testing.RedisExtension;
import io.openclaw.tokenbucket.testing.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Gateways on three Redis servers that know nothing of each other, while some of them are
 * dead, silent or never there.
 */
@ExtendWith(OutputCaptureExtension.class)
class SeveralRedisServersTests {

	@RegisterExtension
	static final RedisExtension one = new RedisExtension();

	@RegisterExtension
	static final RedisExtension two = new RedisExtension();

	@RegisterExtension
	static final RedisExtension three = new RedisExtension();

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final List<TcpProxy> proxies = new ArrayList<>();

	private ApplicationContextRunner gateways = new ApplicationContextRunner();

	@BeforeEach
	void startServers() {
		List.of(one, two, three).forEach(RedisExtension::start);
		List.of(one, two, three).forEach((server) -> this.proxies.add(new TcpProxy(server.port())));
		this.gateways = gateways(this.proxies.get(1).port(), this.proxies.get(2).port());
	}

	@AfterEach
	void closeProxies() {
		this.proxies.forEach(TcpProxy::close);
		List.of(one, two, three).forEach(RedisExtension::stop);
	}

	private ApplicationContextRunner gateways(int second, int third) {
		return new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataRedisAutoConfiguration.class, OpenClawRedisAutoConfiguration.class,
							OpenClawLimiterAutoConfiguration.class, OpenClawReplicationAutoConfiguration.class))
			.withPropertyValues("spring.data.redis.port=" + this.proxies.get(0).port(),
					"openclaw.crdt.buses[0].name=two", "openclaw.crdt.buses[0].url=redis://127.0.0.1:" + second,
					"openclaw.crdt.buses[1].name=three", "openclaw.crdt.buses[1].url=redis://127.0.0.1:" + third,
					"openclaw.buckets.rating.capacity=1000", "openclaw.buckets.rating.refill-rate-per-second=0.001",
					"openclaw.crdt.sync-interval=50ms", "openclaw.crdt.member-timeout=4s",
					"openclaw.crdt.replication-factor=2");
	}

	@Test
	void aDeadAndASilentServerOfThreeCostNothing(CapturedOutput output) {
		withTwo((a, b) -> {
			spend(a, b, 100, 900);
			one.stop();
			this.proxies.get(1).hold(true);
			for (int i = 0; i < 4; i++) {
				spend((i % 2 == 0) ? a : b, (i % 2 == 0) ? b : a, 100, 800 - 100 * i);
			}
			Awaitility.await()
				.atMost(PATIENCE)
				.untilAsserted(() -> assertThat(status(a).buses()).extracting(BusStatus::connected)
					.containsExactly(false, false, true));
			assertThat(status(a).state()).isEqualTo(FleetState.HEALTHY);
			one.start();
			this.proxies.get(1).hold(false);
			awaitAllConnected(a);
			awaitAllConnected(b);
			spend(b, a, 100, 400);
			assertThat(status(a).fleetSize()).isEqualTo(2);
			assertThat(output.getOut().lines().filter((line) -> line.contains("Redis 'redis' was lost"))).hasSize(2);
			assertThat(output.getOut().lines().filter((line) -> line.contains("Redis 'two' was lost"))).hasSize(2);
			assertThat(output.getOut().lines().filter((line) -> line.contains("ERROR io.openclaw"))).isEmpty();
		});
	}

	@Test
	void allServersGoneAndBackEmptyRemovesNobodyAndLosesNothing(CapturedOutput output) {
		withTwo((a, b) -> {
			spend(a, b, 300, 700);
			List.of(one, two, three).forEach(RedisExtension::stop);
			Awaitility.await().atMost(PATIENCE).until(() -> status(a).state() == FleetState.ISOLATED);
			// Longer than the member timeout: presence has faded everywhere.
			Awaitility.await().pollDelay(Duration.ofSeconds(6)).until(() -> true);
			assertThat(status(a).fleetSize()).isEqualTo(2);
			int admitted = 0;
			for (int i = 0; i < 2000; i++) {
				Decision decision = limiter(a).tryConsume("rating", "k", 1);
				admitted += decision.isAdmitted() ? 1 : 0;
			}
			// Its half of what there was.
			assertThat(admitted).isBetween(345, 351);
			List.of(one, two, three).forEach(RedisExtension::start);
			awaitAllConnected(a);
			awaitAllConnected(b);
			Awaitility.await()
				.atMost(PATIENCE)
				.untilAsserted(() -> assertThat(status(b).state()).isEqualTo(FleetState.HEALTHY));
			double left = 700 - admitted;
			Awaitility.await()
				.atMost(PATIENCE)
				.untilAsserted(() -> assertThat(level(b)).isBetween(left - 0.1, left + 0.1));
			assertThat(status(a).fleetSize()).isEqualTo(2);
			assertThat(status(b).fleetSize()).isEqualTo(2);
			assertThat(output.getOut().lines().filter((line) -> line.contains("was lost"))).hasSize(6);
			assertThat(output.getOut().lines().filter((line) -> line.contains("WARN"))).hasSizeLessThan(25);
		});
	}

	@Test
	void aServerThatWasNeverThereIsADegradedEntryAndNoMore() {
		this.gateways = gateways(1, this.proxies.get(2).port());
		withTwo((a, b) -> {
			spend(a, b, 100, 900);
			assertThat(status(a).buses()).extracting(BusStatus::connected).containsExactly(true, false, true);
			assertThat(status(a).state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	@Test
	void aGatewayThatReachesOneServerOfThreeIsNotTheWholeFleet() {
		this.gateways = gateways(1, 1);
		this.gateways.withPropertyValues("openclaw.node.id=a").run((a) -> {
			Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
			assertThat(status(a).state()).isEqualTo(FleetState.ISOLATED);
			assertThat(limiter(a).tryConsume("rating", "k", 499).isAdmitted()).isTrue();
			assertThat(limiter(a).tryConsume("rating", "k", 3).isAdmitted()).isFalse();
		});
	}

	private void withTwo(Both test) {
		this.gateways.withPropertyValues("openclaw.node.id=a")
			.run((a) -> this.gateways.withPropertyValues("openclaw.node.id=b").run((b) -> {
				for (ApplicationContext gateway : List.of(a, b)) {
					Awaitility.await()
						.atMost(PATIENCE)
						.until(() -> status(gateway).state() == FleetState.HEALTHY && status(gateway).fleetSize() == 2);
				}
				test.accept(a, b);
			}));
	}

	private static void spend(ApplicationContext spender, ApplicationContext other, int tokens, double left) {
		for (int i = 0; i < tokens; i++) {
			limiter(spender).tryConsume("rating", "k", 1);
		}
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThat(level(other)).isBetween(left - 0.1, left + 0.1));
	}

	private static void awaitAllConnected(ApplicationContext gateway) {
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThat(status(gateway).buses()).allMatch(BusStatus::connected));
	}

	private static ReplicationStatus status(ApplicationContext context) {
		return context.getBean(Replicator.class).status();
	}

	private static TokenBucketLimiter limiter(ApplicationContext context) {
		return context.getBean(TokenBucketLimiter.class);
	}

	private static double level(ApplicationContext context) {
		return limiter(context).peek("rating", "k").level() / 1e6;
	}

	@FunctionalInterface
	private interface Both {

		void accept(ApplicationContext a, ApplicationContext b);

	}

}
