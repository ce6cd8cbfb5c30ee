package io.openclaw.tokenbucket.autoconfigure;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

class OpenClawLimiterAutoConfigurationTests {

	private final ApplicationContextRunner contexts = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class))
		.withPropertyValues("openclaw.buckets.rating.capacity=10", "openclaw.buckets.rating.refill-rate-per-second=0.5",
				"openclaw.node.id=edge-a");

	@Test
	void theLimiterDecidesByTheConfiguredLimits() {
		this.contexts
			.withPropertyValues("openclaw.buckets.rating.initial-tokens=2",
					"openclaw.buckets.rating.consistency=strict", "openclaw.revision=7",
					"openclaw.crdt.credit-wait=50ms", "openclaw.buckets.per-minute.capacity=100",
					"openclaw.buckets.per-minute.refill-tokens=600", "openclaw.buckets.per-minute.refill-period=1m")
			.run((context) -> {
				TokenBucketLimiter limiter = context.getBean(TokenBucketLimiter.class);
				assertThat(limiter.policy("rating")).isEqualTo(new LimitPolicy(
						new Limit("rating", 10_000_000, RefillRate.perSecond(new BigDecimal("0.5")), 2_000_000, 7),
						Consistency.STRICT, Duration.ofMillis(50)));
				assertThat(limiter.policy("per-minute").limit().refillRate().tokensPerSecond()).isEqualTo(10);
				assertThat(limiter.tryConsume("rating", "k", 2).isAdmitted()).isTrue();
				assertThat(limiter.tryConsume("rating", "k", 1).isAdmitted()).isFalse();
				assertThat(limiter.self().node()).isEqualTo("edge-a");
			});
	}

	@Test
	void aListenerThatThrowsNeitherFailsARequestNorHidesIt() {
		DecisionListener broken = (event) -> {
			throw new IllegalStateException("broken");
		};
		DecisionListener listener = mock();
		this.contexts.withBean("broken", DecisionListener.class, () -> broken)
			.withBean("listener", DecisionListener.class, () -> listener)
			.run((context) -> {
				assertThat(context.getBean(TokenBucketLimiter.class).tryConsume("rating", "k", 1).isAdmitted())
					.isTrue();
				verify(listener).onDecision(any());
			});
	}

	@Test
	void aLimitStartsFullAndIsBoundedUnlessConfigured() {
		this.contexts.run((context) -> {
			LimitPolicy policy = context.getBean(TokenBucketLimiter.class).policy("rating");
			assertThat(policy.limit().initial()).isEqualTo(policy.limit().capacity());
			assertThat(policy.consistency()).isEqualTo(Consistency.BOUNDED);
			assertThat(policy.creditWait()).isEqualTo(Duration.ofMillis(25));
		});
	}

	@Test
	void anApplicationWithoutLimitsStarts() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(OpenClawLimiterAutoConfiguration.class))
			.run((context) -> assertThat(context.getBean(TokenBucketLimiter.class).limits()).isEmpty());
	}

	@Test
	void theLimiterNeedsNeitherGatewayNorRedisNorActuator() {
		this.contexts
			.withClassLoader(
					new FilteredClassLoader("org.springframework.cloud", "org.springframework.data.redis", "io.lettuce",
							"org.springframework.boot.actuate", "io.micrometer", "reactor", "org.springframework.web"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(TokenBucketLimiter.class));
	}

	@Test
	void everythingBacksOffToTheUsersOwn() {
		this.contexts.withUserConfiguration(OwnBeans.class).run((context) -> {
			assertThat(context).hasSingleBean(NanoClock.class)
				.hasBean("ownTimer")
				.doesNotHaveBean("tokenBucketTimer")
				.hasSingleBean(MemberId.class)
				.hasSingleBean(BucketStore.class)
				.hasSingleBean(TokenBucketLimiter.class);
			assertThat(context.getBean(TokenBucketLimiter.class)).isSameAs(context.getBean("ownLimiter"));
			assertThat(context.getBean(TokenBucketLimiter.class).limits()).containsExactly("own");
		});
	}

	@Test
	void requestsThatWaitAreDecidedWhileReplicationIsBusy() {
		this.contexts.run((context) -> {
			CountDownLatch busy = new CountDownLatch(1);
			CountDownLatch decided = new CountDownLatch(1);
			context.getBean("tokenBucketTimer", Timer.class).schedule(Duration.ZERO, () -> await(busy));
			context.getBean("tokenBucketDeadlines", Timer.class).schedule(Duration.ZERO, decided::countDown);
			await(decided);
			busy.countDown();
		});
	}

	private static void await(CountDownLatch latch) {
		assertThatNoException().isThrownBy(() -> assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue());
	}

	@Test
	void everyListenerIsToldOfADecision() {
		DecisionListener one = mock(DecisionListener.class);
		DecisionListener two = mock(DecisionListener.class);
		this.contexts.withBean("one", DecisionListener.class, () -> one)
			.withBean("two", DecisionListener.class, () -> two)
			.run((context) -> {
				context.getBean(TokenBucketLimiter.class).tryConsume("rating", "k", 1);
				verify(one).onDecision(any());
				verify(two).onDecision(any());
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBeans {

		@Bean
		NanoClock ownClock() {
			return () -> 0;
		}

		@Bean
		Timer ownTimer() {
			return (delay, task) -> {
			};
		}

		@Bean
		MemberId ownMemberId() {
			return new MemberId("own", 1);
		}

		@Bean
		BucketStore ownStore(MemberId self, NanoClock clock) {
			Limit limit = new Limit("own", 1_000_000, RefillRate.of(1, Duration.ofDays(1)), 0, 0);
			return new BucketStore(self, List.of(new LimitPolicy(limit, Consistency.STRICT, Duration.ZERO)),
					new LimiterSettings(1, Duration.ofSeconds(1), 1), clock);
		}

		@Bean
		TokenBucketLimiter ownLimiter(BucketStore store, NanoClock clock, Timer timer) {
			return new TokenBucketLimiter(store, clock, timer, null);
		}

	}

}
