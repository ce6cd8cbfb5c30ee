package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.SoloTicker;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.BusStatus;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class OpenClawReplicationAutoConfigurationTests {

	private final ApplicationContextRunner contexts = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
				OpenClawReplicationAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=10",
				"openclaw.buckets.rating.refill-rate-per-second=0.001", "openclaw.crdt.sync-interval=20ms");

	@Test
	void withoutATransportTheGatewayIsTheWholeFleetAndSaysSo(CapturedOutput output) {
		this.contexts.run((context) -> {
			assertThat(context).doesNotHaveBean(Replicator.class).hasSingleBean(SoloTicker.class);
			TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
			assertThat(limiter.state()).isEqualTo(FleetState.HEALTHY);
			assertThat(limiter.tryConsume("rating", "k", 10).isAdmitted()).isTrue();
			assertThat(output).containsOnlyOnce("No Redis is configured");
		});
	}

	@Test
	void whereReplicationIsOffTheGatewayIsTheWholeFleetWhateverThereIs(CapturedOutput output) {
		this.contexts.withBean(ReplicationTransport.class, RecordingTransport::new)
			.withPropertyValues("openclaw.crdt.enabled=false", "openclaw.crdt.required=true",
					"openclaw.crdt.buses[0].name=two", "openclaw.crdt.buses[0].url=redis://127.0.0.1:1")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(Replicator.class).hasSingleBean(SoloTicker.class);
				assertThat(((RecordingTransport) context.getBean(ReplicationTransport.class)).events).isEmpty();
				assertThat(context.getBean(TokenBucketLimiter.class).tryConsume("rating", "k", 10).isAdmitted())
					.isTrue();
				assertThat(output).contains("openclaw.crdt.enabled is false").doesNotContain("No Redis is configured");
			});
	}

	@Test
	void bucketsOfASingleGatewayAreForgottenOnceTheyAreFull() {
		this.contexts
			.withPropertyValues("openclaw.crdt.sync-interval=10ms", "openclaw.buckets.fast.capacity=10",
					"openclaw.buckets.fast.refill-rate-per-second=100000")
			.run((context) -> {
				TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
				limiter.tryConsume("fast", "k", 1);
				Awaitility.await()
					.atMost(Duration.ofSeconds(5))
					.untilAsserted(() -> assertThat(limiter.find("fast", "k")).isEmpty());
			});
	}

	@Test
	void withATransportTheGatewayJoinsAndLeaves() {
		RecordingTransport transport = new RecordingTransport();
		this.contexts.withBean(ReplicationTransport.class, () -> transport)
			.withPropertyValues("openclaw.node.id=edge-a")
			.run((context) -> {
				assertThat(context).hasSingleBean(Replicator.class).doesNotHaveBean(SoloTicker.class);
				assertThat(context.getBean(Replicator.class).status().self().node()).isEqualTo("edge-a");
				assertThat(transport.events).first().isEqualTo("start edge-a");
				Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> transport.events.contains("publish"));
			});
		assertThat(transport.events).containsSubsequence("publish", "removePresence edge-a", "close");
	}

	@Test
	void theUsersOwnReplicatorIsStarted() {
		this.contexts.withBean(ReplicationTransport.class, RecordingTransport::new)
			.withUserConfiguration(OwnReplicator.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(Replicator.class).hasBean("ownReplicator");
				assertThat(((RecordingTransport) context.getBean(ReplicationTransport.class)).events).isNotEmpty();
			});
	}

	@Test
	void theUsersOwnReplicatorNeedsNoTransportBean() {
		RecordingTransport transport = new RecordingTransport();
		this.contexts
			.withBean(Replicator.class,
					() -> new Replicator(
							new BucketStore(new MemberId("own", 1), List.of(),
									new LimiterSettings(1, Duration.ofMillis(100), 1), NanoClock.SYSTEM),
							transport, new ReplicationSettings(null, 1, Duration.ofMillis(100), Duration.ofSeconds(5)),
							NanoClock.SYSTEM,
							(delay, task) -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS)
								.execute(task),
							ReplicationListener.NONE))
			.run((context) -> {
				assertThat(context).doesNotHaveBean(SoloTicker.class);
				assertThat(transport.events).contains("start own");
			});
	}

	@Test
	void theFleetIsJoinedBeforeTheWebServerAcceptsRequestsAndLeftAfterItStopped() {
		RecordingTransport transport = new RecordingTransport();
		List<String> webServer = new CopyOnWriteArrayList<>();
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
					OpenClawReplicationAutoConfiguration.class))
			.withPropertyValues("openclaw.node.id=edge-a", "openclaw.crdt.sync-interval=20ms")
			.withBean(ReplicationTransport.class, () -> transport)
			.withBean("webServer", SmartLifecycle.class,
					() -> new WebServerPhase(() -> webServer.add("started after " + transport.events.get(0)),
							() -> webServer
								.add(transport.hasSaidGoodbye() ? "stopped after goodbye" : "stopped before goodbye")))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(webServer).containsExactly("started after start edge-a", "stopped before goodbye");
	}

	@Test
	void theWebServerStartsOnceTheFleetIsJoined() {
		List<FleetState> states = new CopyOnWriteArrayList<>();
		try (ScheduledTimer network = new ScheduledTimer("network")) {
			InMemoryBus bus = new InMemoryBus(NanoClock.SYSTEM, network, InMemoryBus.Network.PERFECT);
			this.contexts.withPropertyValues("openclaw.crdt.sync-interval=200ms")
				.withBean(ReplicationTransport.class, () -> new InMemoryReplicationTransport(bus))
				.withInitializer((context) -> context.getBeanFactory()
					.registerSingleton("webServer", new WebServerPhase(
							() -> states.add(context.getBean(TokenBucketLimiter.class).state()), () -> {
							})))
				.run((context) -> assertThat(states).containsExactly(FleetState.HEALTHY));
		}
	}

	@Test
	void aFleetThatCannotBeJoinedDelaysTheStartNoLongerThanJoiningTakes(CapturedOutput output) {
		this.contexts.withBean(ReplicationTransport.class, RecordingTransport::new).run((context) -> {
			assertThat(context.getBean(TokenBucketLimiter.class).state()).isEqualTo(FleetState.ISOLATED);
			assertThat(output).containsOnlyOnce("This gateway has not joined the fleet yet");
		});
	}

	@Test
	void aPausedContextGoesOnReplicating() {
		this.contexts.withBean(ReplicationTransport.class, RecordingTransport::new)
			.run((context) -> assertThat(context.getBean(ReplicatorLifecycle.class).isPauseable()).isFalse());
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnReplicator {

		@Bean
		Replicator ownReplicator(BucketStore store, ReplicationTransport transport, NanoClock clock, Timer timer) {
			return new Replicator(store, transport,
					new ReplicationSettings(null, 1, Duration.ofMillis(100), Duration.ofSeconds(5)), clock, timer,
					ReplicationListener.NONE);
		}

	}

	/** Stands for Boot's web server, in the earliest of its phases. */
	private static final class WebServerPhase implements SmartLifecycle {

		private final Runnable onStart;

		private final Runnable onStop;

		private volatile boolean running;

		private WebServerPhase(Runnable onStart, Runnable onStop) {
			this.onStart = onStart;
			this.onStop = onStop;
		}

		@Override
		public void start() {
			this.running = true;
			this.onStart.run();
		}

		@Override
		public void stop() {
			this.running = false;
			this.onStop.run();
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE;
		}

	}

	private static final class RecordingTransport implements ReplicationTransport {

		private final List<String> events = new CopyOnWriteArrayList<>();

		private boolean hasSaidGoodbye() {
			return this.events.stream().anyMatch((event) -> event.startsWith("removePresence"));
		}

		@Override
		public void start(MemberId self, Listener listener) {
			this.events.add("start " + self.node());
		}

		@Override
		public void publish(byte[] message) {
			this.events.add("publish");
		}

		@Override
		public void send(MemberId recipient, byte[] message) {
			this.events.add("send");
		}

		@Override
		public void renewPresence(MemberId member, Duration timeToLive) {
			this.events.add("renewPresence " + member.node());
		}

		@Override
		public void removePresence(MemberId member) {
			this.events.add("removePresence " + member.node());
		}

		@Override
		public CompletionStage<Set<MemberId>> findPresent(Set<MemberId> members) {
			return CompletableFuture.completedFuture(members);
		}

		@Override
		public List<BusStatus> buses() {
			return List.of(new BusStatus("recording", true, 0));
		}

		@Override
		public void close() {
			this.events.add("close");
		}

	}

}
