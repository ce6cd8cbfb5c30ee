package io.openclaw.tokenbucket.limiter.adaptive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.SoloTicker;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus.Phase;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * A gateway on its own.
 */
class AdaptiveLimitsTests {

	private static final String NAME = "orders";

	private static final String PLAN = "orders.gold";

	private static final Duration TENTH = Duration.ofMillis(100);

	private final VirtualTime time = new VirtualTime();

	private final BucketStore store = new BucketStore(new MemberId("a", 1), List.of(policy(NAME, 10), policy(PLAN, 20)),
			new LimiterSettings(1, TENTH, 100), this.time);

	private final TokenBucketLimiter limiter = new TokenBucketLimiter(this.store, this.time, this.time, null);

	private final AdaptiveLimits adaptive = this.store.adaptive();

	private final List<AdaptiveRateChanged> changes = new ArrayList<>();

	AdaptiveLimitsTests() {
		new SoloTicker(this.store, this.time, this.time, TENTH);
		this.adaptive.reportChangesTo(this.changes::add);
	}

	@Test
	void withoutAnAdaptiveLimitNothingIsMeasured() {
		assertThat(this.adaptive.names()).isEmpty();
		assertThat(this.adaptive.meter(NAME)).isNull();
		assertThat(this.adaptive.status(NAME)).isEmpty();
	}

	@Test
	void theLimitAndItsPlansRefillAtTheRateThatTheUpstreamBears() {
		configure(true);
		refuse();
		assertThat(rate(NAME)).isEqualTo(7);
		assertThat(rate(PLAN)).isEqualTo(14);
		assertThat(this.adaptive.status(NAME).orElseThrow().phase()).isEqualTo(Phase.CONGESTED);
		assertThat(this.changes).containsExactly(new AdaptiveRateChanged(NAME, 1, 0.7, true));
	}

	@Test
	void whatAccruedSoFarStaysAndWhatFollowsAccruesAtTheNewRate() {
		configure(true);
		this.limiter.tryConsume(NAME, "key", 100);
		refuse();
		double before = level();
		this.time.advance(Duration.ofMillis(900));
		assertThat(level() - before).isCloseTo(0.9 * 7, within(1e-5));
		assertThat(before).isBetween(10.0, 11.5);
	}

	@Test
	void anAdaptedRateIsNoDeviationFromTheConfiguration() {
		configure(true);
		refuse();
		assertThat(this.limiter.deviations()).isEmpty();
		assertThat(this.store.limits().definitions().get(NAME).limit().refillRate().tokensPerSecond()).isEqualTo(10);
	}

	@Test
	void aLimitThatChangesGoesOnAtTheRateThatItHad() {
		configure(true);
		refuse();
		edit(20);
		assertThat(rate(NAME)).isEqualTo(7);
		this.time.advance(TENTH.multipliedBy(2));
		assertThat(this.adaptive.status(NAME).orElseThrow().factor()).isEqualTo(0.35);
		edit(5);
		this.time.advance(TENTH.multipliedBy(2));
		assertThat(rate(NAME)).isEqualTo(5);
	}

	@Test
	void whatIsOnlyAdvisedIsTold() {
		configure(false);
		refuse();
		assertThat(rate(NAME)).isEqualTo(10);
		assertThat(this.adaptive.status(NAME).orElseThrow().factor()).isEqualTo(0.7);
		assertThat(this.changes).containsExactly(new AdaptiveRateChanged(NAME, 1, 0.7, false));
	}

	@Test
	void aLimitThatNoLongerAdaptsRefillsAsConfigured() {
		configure(true);
		refuse();
		this.adaptive.configure(Map.of(), this.time.nanoTime());
		assertThat(rate(NAME)).isEqualTo(10);
	}

	@Test
	void fewRequestsAreCountedUntilTheySaySomething() {
		configure(true);
		for (int i = 0; i < 9; i++) {
			this.adaptive.meter(NAME).forwarded();
			this.adaptive.meter(NAME).refused();
			this.time.advance(Duration.ofMillis(1_200));
		}
		assertThat(rate(NAME)).isEqualTo(10);
		this.adaptive.meter(NAME).forwarded();
		this.adaptive.meter(NAME).refused();
		this.time.advance(Duration.ofMillis(1_200));
		assertThat(rate(NAME)).isEqualTo(7);
	}

	@Test
	void whoGoesAwayEarlySaysNothingAndWhoGoesAfterALongWaitWasNotAnswered() {
		configure(true);
		UpstreamMeter meter = this.adaptive.meter(NAME);
		for (int i = 0; i < 20; i++) {
			meter.forwarded();
			meter.answered(Duration.ofMillis(100).toNanos());
		}
		this.time.advance(Duration.ofMillis(1_200));
		for (int i = 0; i < 20; i++) {
			meter.forwarded();
			meter.abandoned(Duration.ofMillis(150).toNanos());
		}
		this.time.advance(Duration.ofMillis(1_200));
		assertThat(rate(NAME)).isEqualTo(10);
		for (int i = 0; i < 20; i++) {
			meter.forwarded();
			meter.abandoned(Duration.ofMillis(250).toNanos());
		}
		this.time.advance(Duration.ofMillis(1_200));
		assertThat(rate(NAME)).isEqualTo(7);
	}

	private void configure(boolean applied) {
		this.adaptive.configure(Map.of(NAME, new AdaptiveRefill(List.of(NAME, PLAN), 100_000, applied)),
				this.time.nanoTime());
	}

	// For a step.
	private void refuse() {
		for (int i = 0; i < 20; i++) {
			this.adaptive.meter(NAME).forwarded();
			this.adaptive.meter(NAME).refused();
		}
		this.time.advance(Duration.ofMillis(1_150));
	}

	private void edit(long tokensPerSecond) {
		new LimitControl(this.store, this.time).edit(NAME,
				(current) -> new LimitDefinition(policy(NAME, tokensPerSecond).limit(), 0, current.consistency(),
						current.mode()),
				LimitSource.ENDPOINT);
	}

	private double rate(String limit) {
		return this.limiter.policy(limit).limit().refillRate().tokensPerSecond();
	}

	private double level() {
		return MicroTokens.toTokens(this.limiter.find(NAME, "key").orElseThrow().level());
	}

	private static LimitPolicy policy(String name, long tokensPerSecond) {
		return new LimitPolicy(new Limit(name, MicroTokens.ofTokens(100),
				RefillRate.of(tokensPerSecond, Duration.ofSeconds(1)), MicroTokens.ofTokens(100), 0),
				Consistency.BOUNDED, Duration.ZERO, Mode.ENFORCE);
	}

}
