package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent;
import org.springframework.context.ConfigurableApplicationContext;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.observability.metrics.BucketMetrics;
import io.openclaw.tokenbucket.replication.Replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class OpenClawRefreshAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class,
				OpenClawReplicationAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class,
				OpenClawMetricsAutoConfiguration.class, OpenClawRefreshAutoConfiguration.class))
		.withBean(SimpleMeterRegistry.class)
		.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-tokens=1",
				"openclaw.buckets.rating.refill-period=1h");

	@Test
	void aLimitThatIsConfiguredAnewIsFollowedAndWhatWasSpentStaysSpent() {
		this.runner.run((context) -> {
			TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
			limiter.tryConsume("rating", "4711", 4);
			refresh(context, "openclaw.buckets.rating.capacity=20");
			assertThat(capacity(context)).isEqualTo(20);
			assertThat(limiter.peek("rating", "4711").level()).isBetween(6_000_000L, 6_100_000L);
			assertThat(definition(context).version()).isEqualTo("0.1");
			refresh(context, "openclaw.buckets.rating.capacity=5");
			assertThat(capacity(context)).isEqualTo(5);
			refresh(context, "openclaw.buckets.rating.capacity=10");
			assertThat(limiter.peek("rating", "4711").level()).isBetween(5_000_000L, 5_100_000L);
		});
	}

	@Test
	void aHigherRevisionIsFollowedWhateverWasChangedAtRunTime() {
		this.runner.run((context) -> {
			edit(context, 7);
			refresh(context, "openclaw.revision=3");
			assertThat(capacity(context)).isEqualTo(10);
			assertThat(definition(context).version()).isEqualTo("3.0");
		});
	}

	@Test
	void aChangeAtRunTimeHoldsUntilAnotherConfigurationComes() {
		this.runner.run((context) -> {
			edit(context, 7);
			refresh(context, "unrelated=true");
			assertThat(capacity(context)).isEqualTo(7);
			refresh(context, "openclaw.buckets.rating.capacity=30");
			assertThat(capacity(context)).isEqualTo(30);
			refresh(context, "openclaw.buckets.rating.capacity=10");
			assertThat(capacity(context)).isEqualTo(10);
		});
	}

	@Test
	void keysNeverSeenBeginWithTheLargerCapacityUnlessInitialTokensAreSet() {
		this.runner.run((context) -> {
			TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
			refresh(context, "openclaw.buckets.rating.capacity=80");
			assertThat(limiter.peek("rating", "new").level()).isEqualTo(MicroTokens.ofTokens(80));
			refresh(context, "openclaw.buckets.rating.capacity=90", "openclaw.buckets.rating.initial-tokens=3");
			assertThat(definition(context).limit().initial()).isEqualTo(MicroTokens.ofTokens(3));
		});
	}

	@Test
	void aMistakeLeavesEverythingUntouchedAndIsLoggedOnce(CapturedOutput output) {
		this.runner.run((context) -> {
			refresh(context, "openclaw.buckets.rating.capacity=-1", "openclaw.buckets.added.capacity=1",
					"openclaw.buckets.added.refill-rate-per-second=1");
			context.publishEvent(new RefreshScopeRefreshedEvent());
			assertThat(capacity(context)).isEqualTo(10);
			assertThat(context.getBean(TokenBucketLimiter.class).limits()).containsExactly("rating");
			assertThat(output.getOut().lines().filter((line) -> line.contains("has a mistake"))).singleElement()
				.asString()
				.contains("ERROR", "openclaw.buckets.rating.capacity = -1", "out of range", "Set it to at least 1");
			refresh(context, "openclaw.buckets.rating.capacity=many");
			assertThat(output).contains("openclaw.buckets.rating.capacity = many");
			refresh(context, "openclaw.buckets.rating.capacity=12", "openclaw.buckets.rating.capcity=12");
			assertThat(output).contains("openclaw.buckets.rating.capcity: there is no such property");
			assertThat(capacity(context)).isEqualTo(10);
		});
	}

	@Test
	void aLimitThatIsAddedCanBeUsedAndMeasured() {
		this.runner.run((context) -> {
			context.getBean(BucketMetrics.class).bindTo(context.getBean(SimpleMeterRegistry.class));
			refresh(context, "openclaw.buckets.added.capacity=3", "openclaw.buckets.added.refill-rate-per-second=1");
			assertThat(context.getBean(TokenBucketLimiter.class).tryConsume("added", "4711", 3).isAdmitted()).isTrue();
			assertThat(context.getBean(SimpleMeterRegistry.class)
				.get("openclaw.bucket.capacity")
				.tag("bucket", "added")
				.gauge()
				.value()).isEqualTo(3);
		});
	}

	@Test
	void aLimitThatIsNoLongerConfiguredStays(CapturedOutput output) {
		this.runner
			.withPropertyValues("openclaw.buckets.other.capacity=3", "openclaw.buckets.other.refill-rate-per-second=1")
			.run((context) -> {
				TestPropertyValues.of("unrelated=true").applyTo(context);
				context.getEnvironment().getPropertySources().remove("test");
				refresh(context, "openclaw.buckets.rating.capacity=10",
						"openclaw.buckets.rating.refill-rate-per-second=1");
				assertThat(context.getBean(TokenBucketLimiter.class).limits()).containsExactly("other", "rating");
				assertThat(output).contains("Limit 'other' is no longer configured");
			});
	}

	@Test
	void whatCannotChangeIsNamed(CapturedOutput output) {
		this.runner.run((context) -> {
			refresh(context, "openclaw.crdt.max-keys=5", "openclaw.hash-keys=true", "openclaw.revision=1");
			assertThat(output).contains("take effect only after a restart: openclaw.crdt.max-keys, openclaw.hash-keys");
		});
	}

	@Test
	void theSyncIntervalIsFollowed(CapturedOutput output) {
		Replicator replicator = mock();
		given(replicator.joined()).willReturn(CompletableFuture.completedFuture(null));
		given(replicator.leave()).willReturn(CompletableFuture.completedFuture(null));
		this.runner.withBean(Replicator.class, () -> replicator).run((context) -> {
			refresh(context, "openclaw.crdt.sync-interval=50ms");
			then(replicator).should().changeSyncInterval(Duration.ofMillis(50));
			assertThat(output).doesNotContain("only after a restart");
		});
	}

	@Test
	void withoutSpringCloudThereIsNothingToRefresh() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.cloud.context"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ConfigurationRefresh.class));
	}

	private static void edit(ConfigurableApplicationContext context, long capacity) {
		context.getBean(LimitControl.class)
			.edit("rating",
					(current) -> new LimitDefinition(
							new Limit("rating", MicroTokens.ofTokens(capacity), current.limit().refillRate(), 0, 0), 0,
							current.consistency(), current.mode()),
					LimitSource.ENDPOINT);
	}

	private static void refresh(ConfigurableApplicationContext context, String... properties) {
		TestPropertyValues.of(properties).applyTo(context);
		context.publishEvent(new EnvironmentChangeEvent(context, Set.of()));
	}

	private static LimitDefinition definition(ConfigurableApplicationContext context) {
		return context.getBean(LimitControl.class).definitions().get("rating");
	}

	private static long capacity(ConfigurableApplicationContext context) {
		return MicroTokens.toWholeTokens(definition(context).limit().capacity());
	}

}
