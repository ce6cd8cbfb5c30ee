package io.openclaw.tokenbucket.resilience;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalFunction;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.resilience.LatencyCircuitBreaker.Call;

import static org.assertj.core.api.Assertions.assertThat;

class LatencyCircuitBreakersTests {

	private static final Duration FAST = Duration.ofMillis(20);

	private static final Duration SLOW = Duration.ofMillis(301);

	// Resilience4j lets calls through after the wait and not at its end.
	private static final Duration OPEN = Duration.ofMillis(5001);

	private final MutableClock clock = new MutableClock();

	private final List<CircuitStateChanged> changes = new ArrayList<>();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();

	private final LatencyCircuitBreaker breaker = breaker(IntervalFunction.of(Duration.ofSeconds(5)));

	@Test
	void opensWhenHalfOfTheCallsAreSlow() {
		answer(FAST, 5);
		answer(SLOW, 4);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
		answer(SLOW, 1);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
		assertThat(this.breaker.tryCall()).isEmpty();
		assertThat(this.changes)
			.containsExactly(new CircuitStateChanged("route", CircuitState.CLOSED, CircuitState.OPEN));
	}

	@Test
	void staysClosedWhileMostCallsAreFast() {
		for (int i = 0; i < 100; i++) {
			answer(FAST, 2);
			answer(SLOW, 1);
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void aFewCallsSayNothing() {
		answer(SLOW, 9);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void tellsHowLongItStaysOpen() {
		answer(SLOW, 10);
		this.clock.advance(Duration.ofMillis(1500));
		assertThat(this.breaker.timeUntilProbe()).isEqualTo(Duration.ofMillis(3500));
		this.clock.advance(Duration.ofMillis(3500));
		assertThat(this.breaker.timeUntilProbe()).isEqualTo(Duration.ZERO);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.breaker.tryCall()).isPresent();
	}

	@Test
	void aProbeThatIsFastClosesIt() {
		answer(SLOW, 10);
		this.clock.advance(OPEN);
		answer(FAST, 5);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
		assertThat(this.changes).extracting(CircuitStateChanged::to)
			.containsExactly(CircuitState.OPEN, CircuitState.HALF_OPEN, CircuitState.CLOSED);
	}

	@Test
	void probesThatAreSlowKeepItOpenForAsLongAsConfigured() {
		LatencyCircuitBreaker doubling = new LatencyCircuitBreaker("doubling", this.registry.circuitBreaker("doubling",
				config(IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(5), 2))), this.changes::add);
		answer(doubling, SLOW, 10);
		this.clock.advance(OPEN);
		answer(doubling, SLOW, 5);
		assertThat(doubling.state()).isEqualTo(CircuitState.OPEN);
		assertThat(doubling.timeUntilProbe()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void onlySomeCallsProbe() {
		answer(SLOW, 10);
		this.clock.advance(OPEN);
		for (int i = 0; i < 5; i++) {
			assertThat(this.breaker.tryCall()).isPresent();
		}
		assertThat(this.breaker.tryCall()).isEmpty();
		assertThat(this.breaker.timeUntilProbe()).isEqualTo(Duration.ZERO);
	}

	@Test
	void callsThatWereNotForwardedGiveTheirPlaceBack() {
		answer(SLOW, 10);
		this.clock.advance(OPEN);
		for (int i = 0; i < 100; i++) {
			this.breaker.tryCall().orElseThrow().abandoned();
		}
		answer(FAST, 5);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void callersThatGiveUpOnASlowUpstreamCount() {
		for (int i = 0; i < 10; i++) {
			forward(SLOW).abandoned();
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
	}

	@Test
	void callersThatGoAwayAtOnceDoNotCount() {
		for (int i = 0; i < 100; i++) {
			forward(FAST).abandoned();
		}
		answer(SLOW, 9);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void anUpstreamThatFailsAtOnceIsNotSlow() {
		for (int i = 0; i < 100; i++) {
			forward(FAST).failed(new IOException("refused"));
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void anUpstreamThatTimesOutIsSlow() {
		for (int i = 0; i < 10; i++) {
			forward(SLOW).failed(new IOException("timeout"));
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
	}

	@Test
	void aCallerThatSendsItsBodySlowlySaysNothingAboutTheUpstream() {
		for (int i = 0; i < 10; i++) {
			Call call = this.breaker.tryCall().orElseThrow();
			call.uploading();
			this.clock.advance(SLOW);
			call.forwarded();
			this.clock.advance(FAST);
			call.answered();
			Call aborted = this.breaker.tryCall().orElseThrow();
			aborted.uploading();
			this.clock.advance(SLOW);
			aborted.abandoned();
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void theInstanceOfTheGatewaysOwnFilterIsAnother() {
		LatencyCircuitBreakers breakers = new LatencyCircuitBreakers(this.registry, Duration.ofMillis(300),
				this.changes::add);
		this.registry.circuitBreaker("orders").transitionToOpenState();
		assertThat(breakers.forRoute("orders").state()).isEqualTo(CircuitState.CLOSED);
		assertThat(breakers.forRoute("orders").threshold()).isEqualTo(Duration.ofMillis(300));
	}

	@Test
	void theFirstEndOfACallCounts() {
		for (int i = 0; i < 10; i++) {
			Call call = forward(FAST);
			call.answered();
			this.clock.advance(SLOW);
			call.failed(new IOException("reset"));
			call.abandoned();
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void aRouteThatIsConfiguredInResilience4jIsJudgedByThat() {
		this.registry.circuitBreaker("slow-by-nature",
				CircuitBreakerConfig.custom().slowCallDurationThreshold(Duration.ofMinutes(1)).build());
		LatencyCircuitBreakers breakers = new LatencyCircuitBreakers(this.registry, Duration.ofMillis(300),
				this.changes::add);
		assertThat(breakers.forRoute("slow-by-nature").threshold()).isEqualTo(Duration.ofMinutes(1));
		assertThat(breakers.forRoute("other").threshold()).isEqualTo(Duration.ofMillis(300));
		assertThat(breakers.states())
			.isEqualTo(Map.of("slow-by-nature", CircuitState.CLOSED, "other", CircuitState.CLOSED));
	}

	@Test
	void aSharedConfigurationReplacesTheDefaults() {
		this.registry.addConfiguration(LatencyCircuitBreakers.CONFIGURATION,
				CircuitBreakerConfig.custom().slowCallDurationThreshold(Duration.ofSeconds(2)).build());
		LatencyCircuitBreakers breakers = new LatencyCircuitBreakers(this.registry, Duration.ofMillis(300),
				this.changes::add);
		assertThat(breakers.forRoute("any").threshold()).isEqualTo(Duration.ofSeconds(2));
	}

	private LatencyCircuitBreaker breaker(IntervalFunction wait) {
		return new LatencyCircuitBreaker("route", this.registry.circuitBreaker("route", config(wait)),
				this.changes::add);
	}

	private CircuitBreakerConfig config(IntervalFunction wait) {
		return CircuitBreakerConfig.from(LatencyCircuitBreakers.defaults(Duration.ofMillis(300)))
			.waitIntervalFunctionInOpenState(wait)
			.clock(this.clock)
			.currentTimestampFunction((time) -> time.instant().toEpochMilli(), TimeUnit.MILLISECONDS)
			.build();
	}

	private void answer(Duration latency, int times) {
		answer(this.breaker, latency, times);
	}

	private void answer(LatencyCircuitBreaker called, Duration latency, int times) {
		for (int i = 0; i < times; i++) {
			Call call = called.tryCall().orElseThrow();
			call.forwarded();
			this.clock.advance(latency);
			call.answered();
		}
	}

	private Call forward(Duration latency) {
		Call call = this.breaker.tryCall().orElseThrow();
		call.forwarded();
		this.clock.advance(latency);
		return call;
	}

	private static final class MutableClock extends Clock {

		private Instant now = Instant.EPOCH;

		void advance(Duration duration) {
			this.now = this.now.plus(duration);
		}

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

}
