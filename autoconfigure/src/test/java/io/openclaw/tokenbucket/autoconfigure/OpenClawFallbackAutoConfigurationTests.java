package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.MembershipChanged;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;
import io.openclaw.tokenbucket.resilience.DriftMonitor;
import io.openclaw.tokenbucket.resilience.FallbackChanged;
import io.openclaw.tokenbucket.resilience.FallbackPolicy;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class OpenClawFallbackAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class, OpenClawFallbackAutoConfiguration.class,
						OpenClawReplicationAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-rate-per-second=1",
				"openclaw.node.id=edge-a");

	@Test
	void theDefaultsAreThoseOfTheContract() {
		this.runner.run((context) -> {
			FallbackPolicy policy = context.getBean(FallbackPolicy.class);
			assertThat(policy.driftThreshold("rating")).isEqualTo(0.05);
			assertThat(policy.hold("rating")).isEqualTo(Duration.ofSeconds(5));
			assertThat(policy.quota("rating").of(4)).isEqualTo(0.25);
		});
	}

	@Test
	void theQuotaMayBeAFractionOfAtMostAFairShare() {
		this.runner.withPropertyValues("openclaw.fallback.quota=0.2").run((context) -> {
			FallbackQuota quota = context.getBean(FallbackPolicy.class).quota("rating");
			assertThat(quota.of(4)).isEqualTo(0.2);
			assertThat(quota.of(10)).isEqualTo(0.1);
		});
	}

	@Test
	void aPolicyOfTheUserReplacesOurs() {
		FallbackPolicy own = FallbackPolicy.of(1, Duration.ofSeconds(1), FallbackQuota.FAIR_SHARE);
		this.runner.withBean(FallbackPolicy.class, () -> own).run((context) -> {
			assertThat(context.getBean(FallbackPolicy.class)).isSameAs(own);
			drift(context, 3);
			assertThat(context.getBean(DriftMonitor.class).inFallback()).containsExactly("rating");
		});
	}

	@Test
	void aChangeIsAnEventOfTheApplicationAndOneLineOfTheLog(CapturedOutput output) {
		this.runner.withBean(Events.class).run((context) -> {
			drift(context, 9);
			Events events = context.getBean(Events.class);
			Awaitility.await().until(() -> !events.fallbacks.isEmpty());
			assertThat(events.fallbacks).singleElement().satisfies((change) -> {
				assertThat(change.limit()).isEqualTo("rating");
				assertThat(change.active()).isTrue();
			});
			assertThat(output.getAll().split("Limit 'rating' fell back", -1)).hasSize(2);
		});
	}

	@Test
	void aChangeOfTheMembersIsAnEventOfTheApplication() {
		this.runner.withPropertyValues("openclaw.crdt.sync-interval=20ms")
			.withBean(Events.class)
			.withBean(ReplicationTransport.class,
					() -> new InMemoryReplicationTransport(new InMemoryBus(System::nanoTime, (delay, task) -> {
					}, new Unreachable())))
			.run((context) -> {
				Events events = context.getBean(Events.class);
				Awaitility.await().until(() -> !events.members.isEmpty());
				assertThat(events.members.get(0).state()).isNotEqualTo(FleetState.HEALTHY);
				assertThat(events.members.get(0).heard()).containsExactly(context.getBean(MemberId.class));
			});
	}

	private static void drift(ApplicationContext context, int seconds) {
		DriftMonitor monitor = context.getBean(DriftMonitor.class);
		Limit limit = new Limit("rating", 10, RefillRate.perSecond(BigDecimal.ONE), 10, 0);
		long now = System.nanoTime() - Duration.ofSeconds(seconds).toNanos();
		for (int i = 0; i < seconds; i++) {
			long since = now;
			now += Duration.ofSeconds(1).toNanos();
			monitor.onWindow(new BucketKey("rating", "4711", false), limit, MicroTokens.ofTokens(100), since, now);
			monitor.onTick(now);
		}
	}

	private static final class Unreachable implements InMemoryBus.Network {

		@Override
		public List<Duration> deliveries(MemberId from, MemberId to) {
			return List.of();
		}

		@Override
		public boolean reachesServer(MemberId member) {
			return false;
		}

	}

	static class Events {

		private final List<FallbackChanged> fallbacks = new CopyOnWriteArrayList<>();

		private final List<MembershipChanged> members = new CopyOnWriteArrayList<>();

		@EventListener
		void onFallback(FallbackChanged event) {
			this.fallbacks.add(event);
		}

		@EventListener
		void onMembers(MembershipChanged event) {
			this.members.add(event);
		}

	}

}
