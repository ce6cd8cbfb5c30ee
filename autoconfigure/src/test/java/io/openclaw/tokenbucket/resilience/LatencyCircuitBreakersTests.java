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
import java.util.Set;
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

	private static final LatencyThreshold THRESHOLD = new LatencyThreshold(Duration.ofMillis(300), "here");

	private final MutableClock clock = new MutableClock();

	private final List<CircuitStateChanged> changes = new ArrayList<>();

	private boolean warm = true;

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
		assertThat(this.changes).containsExactly(
				new CircuitStateChanged("route", CircuitState.CLOSED, CircuitState.OPEN, 10, 50, THRESHOLD));
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
		LatencyCircuitBreaker doubling = new LatencyCircuitBreaker("doubling",
				this.registry.circuitBreaker("doubling",
						config(IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(5), 2))),
				THRESHOLD, WarmUp.NONE, this.changes::add);
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
		assertThat(this.breaker.tryUpload()).isEmpty();
		assertThat(this.breaker.timeUntilProbe()).isEqualTo(THRESHOLD.duration());
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
		for (int i = 0; i < 12; i++) {
			Call call = upload();
			this.clock.advance(SLOW);
			call.forwarded();
			this.clock.advance(FAST);
			call.answered();
			Call aborted = upload();
			this.clock.advance(SLOW);
			aborted.failed(new IOException("closed by peer"));
			Call cancelled = upload();
			this.clock.advance(SLOW);
			cancelled.abandoned();
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void anUploadThatCameWholeIsJudged() {
		for (int i = 0; i < 10; i++) {
			Call call = upload();
			call.forwarded();
			this.clock.advance(SLOW);
			call.answered();
		}
		assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
	}

	@Test
	void anAnswerBeforeTheEndOfTheRequestIsNoMeasurement() {
		answer(SLOW, 9);
		for (int i = 0; i < 100; i++) {
			Call call = upload();
			call.answered();
			call.forwarded();
		}
		answer(SLOW, 1);
		assertThat(this.changes).singleElement().satisfies((change) -> assertThat(change.slowPercent()).isEqualTo(100));
	}

	@Test
	void uploadsThatAreHeldTakeNoPlaceOfAProbe() {
		open();
		for (int i = 0; i < 100; i++) {
			upload();
		}
		answer(FAST, 5);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void anUploadThatComesWholeWhenAllPlacesAreTakenIsNoProbe() {
		open();
		Call upload = upload();
		List<Call> probes = List.of(forward(FAST), forward(FAST), forward(FAST), forward(FAST), forward(FAST));
		upload.forwarded();
		upload.answered();
		assertThat(this.registry.circuitBreaker("route").getMetrics().getNumberOfBufferedCalls()).isZero();
		probes.forEach(Call::answered);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void anUploadWhoseCallerIsGoneHoldsNoPlace() {
		open();
		for (int i = 0; i < 100; i++) {
			Call upload = upload();
			upload.abandoned();
			upload.forwarded();
		}
		answer(FAST, 5);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void probesThatHaveNoAnswerYetAreSlowAfterTheThreshold() {
		open();
		for (int i = 0; i < 5; i++) {
			this.breaker.tryCall().orElseThrow().forwarded();
			this.clock.advance(FAST);
		}
		assertThat(this.breaker.tryCall()).isEmpty();
		assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
		this.clock.advance(SLOW);
		assertThat(this.breaker.tryCall()).isEmpty();
		assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
	}

	@Test
	void aProbeThatIsNotForwardedLosesItsPlaceAfterTheThreshold() {
		open();
		for (int i = 0; i < 5; i++) {
			this.breaker.tryCall();
		}
		this.clock.advance(SLOW);
		answer(FAST, 5);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void whileHalfOpenItTellsWhenTheProbesAreJudged() {
		open();
		for (int i = 0; i < 5; i++) {
			this.breaker.tryCall().orElseThrow().forwarded();
			this.clock.advance(FAST);
		}
		assertThat(this.breaker.timeUntilProbe()).isEqualTo(Duration.ofMillis(280));
	}

	@Test
	void whatBeganBeforeItOpenedDoesNotDecideWhetherItCloses() {
		List<Call> before = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			before.add(forward(Duration.ZERO));
		}
		open();
		before.subList(0, 10).forEach(Call::answered);
		before.subList(10, 20).forEach(Call::abandoned);
		assertThat(this.breaker.tryCall()).isPresent();
		assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
		answer(FAST, 4);
		assertThat(this.breaker.tryCall()).isEmpty();
	}

	@Test
	void nothingIsJudgedBeforeTheProcessIsWarm() {
		this.warm = false;
		answer(SLOW, 100);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
		this.warm = true;
		answer(SLOW, 9);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
		answer(SLOW, 1);
		assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
	}

	@Test
	void aRouteWithoutAThresholdHasNoCircuit() {
		this.registry.circuitBreaker("configured-elsewhere",
				CircuitBreakerConfig.custom().slowCallDurationThreshold(Duration.ofMinutes(1)).build());
		LatencyCircuitBreakers breakers = breakers(
				new LatencyThresholds(null, Map.of("slow", THRESHOLD), Set.of("off")));
		assertThat(breakers.forRoute("slow")).isNotNull();
		assertThat(List.of("other", "off", "configured-elsewhere"))
			.allSatisfy((route) -> assertThat(breakers.forRoute(route)).isNull());
		assertThat(breakers.thresholds()).isEqualTo(Map.of("slow", THRESHOLD));
		assertThat(breakers(new LatencyThresholds(THRESHOLD, Map.of(), Set.of("off"))).forRoute("off")).isNull();
	}

	@Test
	void aThresholdOfTheRouteComesBeforeThatOfResilience4j() {
		this.registry.circuitBreaker("both",
				CircuitBreakerConfig.custom()
					.slowCallDurationThreshold(Duration.ofMinutes(1))
					.slowCallRateThreshold(80)
					.build());
		LatencyCircuitBreakers breakers = breakers(new LatencyThresholds(null, Map.of("both", THRESHOLD), Set.of()));
		assertThat(breakers.forRoute("both").threshold()).isEqualTo(THRESHOLD);
		CircuitBreakerConfig config = this.registry.circuitBreaker("token-bucket.both").getCircuitBreakerConfig();
		assertThat(config.getSlowCallDurationThreshold()).isEqualTo(THRESHOLD.duration());
		assertThat(config.getSlowCallRateThreshold()).isEqualTo(80);
	}

	@Test
	void theInstanceOfTheGatewaysOwnFilterIsAnother() {
		LatencyCircuitBreakers breakers = breakers(LatencyThresholds.everywhere(THRESHOLD));
		this.registry.circuitBreaker("orders").transitionToOpenState();
		assertThat(breakers.forRoute("orders").state()).isEqualTo(CircuitState.CLOSED);
		assertThat(breakers.forRoute("orders").threshold()).isEqualTo(THRESHOLD);
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
		LatencyCircuitBreakers breakers = breakers(LatencyThresholds.everywhere(THRESHOLD));
		assertThat(breakers.forRoute("slow-by-nature").threshold())
			.isEqualTo(new LatencyThreshold(Duration.ofMinutes(1),
					"resilience4j.circuitbreaker.instances.slow-by-nature.slow-call-duration-threshold"));
		assertThat(breakers.forRoute("other").threshold()).isEqualTo(THRESHOLD);
		assertThat(breakers.states())
			.isEqualTo(Map.of("slow-by-nature", CircuitState.CLOSED, "other", CircuitState.CLOSED));
	}

	@Test
	void aSharedConfigurationReplacesTheDefaults() {
		this.registry.addConfiguration(LatencyCircuitBreakers.CONFIGURATION,
				CircuitBreakerConfig.custom().slowCallDurationThreshold(Duration.ofSeconds(2)).build());
		LatencyCircuitBreakers breakers = breakers(LatencyThresholds.everywhere(THRESHOLD));
		assertThat(breakers.forRoute("any").threshold()).isEqualTo(new LatencyThreshold(Duration.ofSeconds(2),
				"resilience4j.circuitbreaker.configs.token-bucket.slow-call-duration-threshold"));
	}

	private LatencyCircuitBreakers breakers(LatencyThresholds thresholds) {
		return new LatencyCircuitBreakers(this.registry, thresholds, WarmUp.NONE, this.changes::add);
	}

	private Call upload() {
		return this.breaker.tryUpload().orElseThrow();
	}

	private void open() {
		answer(SLOW, 10);
		this.clock.advance(OPEN);
	}

	private LatencyCircuitBreaker breaker(IntervalFunction wait) {
		return new LatencyCircuitBreaker("route", this.registry.circuitBreaker("route", config(wait)), THRESHOLD,
				() -> this.warm, this.changes::add);
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
