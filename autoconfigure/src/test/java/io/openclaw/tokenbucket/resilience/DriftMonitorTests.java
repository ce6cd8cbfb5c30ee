package io.openclaw.tokenbucket.resilience;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Threshold 0.1, hold time 5 s, windows of a second.
 */
class DriftMonitorTests {

	private static final Limit RATING = limit("rating", 100, "10");

	private static final Limit SEARCH = limit("search", 100, "10");

	private static final BucketKey ALICE = new BucketKey("rating", "alice", false);

	private static final BucketKey BOB = new BucketKey("rating", "bob", false);

	private final VirtualTime time = new VirtualTime();

	private final List<FallbackChanged> changes = new ArrayList<>();

	private final BucketStore store = new BucketStore(new MemberId("edge-a", 1),
			List.of(policy(RATING), policy(SEARCH)), new LimiterSettings(3, Duration.ofMillis(200), 1000), this.time);

	private final TokenBucketLimiter limiter = new TokenBucketLimiter(this.store, this.time, this.time, null);

	private final DriftMonitor monitor = new DriftMonitor(this.store,
			FallbackPolicy.of(0.1, Duration.ofSeconds(5), (members) -> 0.5), this.time, List.of(this.changes::add));

	@Test
	void aLimitFallsBackOnceDriftHasStayedAboveTheThresholdForLongerThanTheHoldTime() {
		pass(5, ALICE, 11);
		assertThat(this.changes).isEmpty();
		pass(1, ALICE, 11);
		assertThat(this.changes).containsExactly(new FallbackChanged("rating", true, 0.11));
		assertThat(this.monitor.inFallback()).containsExactly("rating");
		assertThat(this.monitor.drift("rating")).isEqualTo(new Drift(MicroTokens.ofTokens(66), 0.11, true));
		assertThat(this.monitor.drift("search")).isEqualTo(Drift.NONE);
	}

	@Test
	void theQuotaIsWhatMayBeSpentInFallback() {
		pass(6, ALICE, 11);
		assertThat(this.limiter.tryConsume("rating", "carol", 50).isAdmitted()).isTrue();
		assertThat(this.limiter.tryConsume("rating", "carol", 1).isAdmitted()).isFalse();
		assertThat(this.limiter.tryConsume("search", "carol", 51).isAdmitted()).isTrue();
	}

	@Test
	void driftAtTheThresholdIsBorne() {
		pass(60, ALICE, 10);
		assertThat(this.changes).isEmpty();
	}

	@Test
	void driftThatPassesIsBorneHoweverGreat() {
		for (int i = 0; i < 10; i++) {
			pass(5, ALICE, 100_000);
			pass(1, ALICE, 10);
		}
		assertThat(this.changes).isEmpty();
	}

	// Among many buckets there is always one in which something passes.
	@Test
	void eachBucketIsJudgedByItself() {
		for (int i = 0; i < 20; i++) {
			pass(1, ALICE, 50);
			window(ALICE, 0);
			window(BOB, 0);
			pass(1, BOB, 50);
		}
		assertThat(this.changes).isEmpty();
	}

	// Nothing says when in a long window it was spent.
	@Test
	void longWindowsAreNoLongDrift() {
		for (int i = 0; i < 2; i++) {
			this.time.advance(Duration.ofSeconds(20));
			window(ALICE, 50, Duration.ofSeconds(20));
			this.monitor.onTick(this.time.nanoTime());
		}
		assertThat(this.changes).isEmpty();
		pass(1, ALICE, 50);
		assertThat(this.monitor.inFallback()).containsExactly("rating");
	}

	@Test
	void aListenerThatFailsKeepsNothingFromTheOthers() {
		FallbackListener failing = (change) -> {
			throw new IllegalStateException("on purpose");
		};
		DriftMonitor shared = new DriftMonitor(this.store,
				FallbackPolicy.of(0.1, Duration.ZERO, FallbackQuota.FAIR_SHARE), this.time,
				List.of(failing, this.changes::add));
		for (int i = 0; i < 2; i++) {
			long now = this.time.nanoTime();
			List.of(ALICE, new BucketKey("search", "alice", false))
				.forEach((bucket) -> shared.onWindow(bucket, RATING, Long.MAX_VALUE, now - 1, now));
		}
		shared.onTick(this.time.nanoTime());
		assertThat(this.changes).extracting(FallbackChanged::limit).containsExactly("rating", "search");
		assertThat(shared.inFallback()).containsExactlyInAnyOrder("rating", "search");
	}

	@Test
	void aLimitRecoversOnceDriftHasStayedBelowHalfTheThresholdForTheHoldTime() {
		pass(6, ALICE, 20);
		pass(30, ALICE, 5);
		assertThat(this.monitor.inFallback()).isNotEmpty();
		pass(4, ALICE, 4.9);
		pass(1, ALICE, 5);
		pass(4, ALICE, 4.9);
		assertThat(this.monitor.inFallback()).isNotEmpty();
		pass(1, ALICE, 4.9);
		assertThat(this.monitor.inFallback()).isEmpty();
		assertThat(this.changes).hasSize(2).last().isEqualTo(new FallbackChanged("rating", false, 0.049));
		assertThat(this.limiter.tryConsume("rating", "carol", 51).isAdmitted()).isTrue();
	}

	@Test
	void aLimitRecoversWhereNothingIsHeardOfTheBucketAnyMore() {
		pass(6, ALICE, 20);
		this.time.advance(Duration.ofSeconds(5));
		this.monitor.onTick(this.time.nanoTime());
		assertThat(this.monitor.inFallback()).isEmpty();
		assertThat(this.monitor.drift("rating").ratio()).isZero();
	}

	@Test
	void theRatioIsThatOfTheBucketThatDriftsMost() {
		this.time.advance(Duration.ofSeconds(1));
		window(ALICE, 3);
		window(BOB, 7);
		window(ALICE, 5);
		assertThat(this.monitor.drift("rating").ratio()).isEqualTo(0.07);
		window(BOB, 1);
		assertThat(this.monitor.drift("rating").ratio()).isEqualTo(0.01);
		assertThat(this.monitor.drift("rating").excess()).isEqualTo(MicroTokens.ofTokens(16));
	}

	// What is underway is more than its capacity.
	@Test
	void ofABucketThatRefillsWithinAWindowExcessIsMeasuredByItsRefill() {
		Limit quick = limit("rating", 10, "1000");
		this.time.advance(Duration.ofSeconds(1));
		this.monitor.onWindow(ALICE, quick, MicroTokens.ofTokens(100), this.time.nanoTime() - 1_000_000_000,
				this.time.nanoTime());
		assertThat(this.monitor.drift("rating").ratio()).isEqualTo(0.1);
	}

	@Test
	void forgedCountsDoNotOverflow() {
		for (int i = 0; i < 10; i++) {
			this.time.advance(Duration.ofSeconds(1));
			this.monitor.onWindow(ALICE, RATING, Long.MAX_VALUE, this.time.nanoTime() - 1, this.time.nanoTime());
		}
		assertThat(this.monitor.drift("rating").excess()).isPositive();
		assertThat(this.monitor.drift("rating").ratio()).isPositive();
	}

	@Test
	void aLimitWithoutAThresholdNeverFallsBack() {
		DriftMonitor never = new DriftMonitor(this.store,
				FallbackPolicy.of(Double.POSITIVE_INFINITY, Duration.ZERO, FallbackQuota.FAIR_SHARE), this.time,
				List.of());
		for (int i = 0; i < 10; i++) {
			this.time.advance(Duration.ofSeconds(1));
			never.onWindow(ALICE, RATING, Long.MAX_VALUE, this.time.nanoTime() - 1, this.time.nanoTime());
			never.onTick(this.time.nanoTime());
		}
		assertThat(never.inFallback()).isEmpty();
	}

	private void pass(int seconds, BucketKey bucket, double tokens) {
		for (int i = 0; i < seconds; i++) {
			this.time.advance(Duration.ofSeconds(1));
			window(bucket, tokens);
			this.monitor.onTick(this.time.nanoTime());
		}
	}

	private void window(BucketKey bucket, double tokens) {
		window(bucket, tokens, Duration.ofSeconds(1));
	}

	private void window(BucketKey bucket, double tokens, Duration length) {
		long now = this.time.nanoTime();
		this.monitor.onWindow(bucket, RATING, Math.round(tokens * MicroTokens.PER_TOKEN), now - length.toNanos(), now);
	}

	private static LimitPolicy policy(Limit limit) {
		return new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25));
	}

	private static Limit limit(String name, long capacity, String perSecond) {
		return new Limit(name, MicroTokens.ofTokens(capacity), RefillRate.perSecond(new BigDecimal(perSecond)),
				MicroTokens.ofTokens(capacity), 0);
	}

}
