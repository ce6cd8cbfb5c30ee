package io.openclaw.tokenbucket.limiter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;

import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Rates below one token a second, per minute and per day, which users of other limiters
 * miss: spring-cloud-gateway #87.
 */
class SlowRateTests {

	static Stream<Arguments> rates() {
		return Stream.of(
				// capacity, rate, time to the next token of an empty bucket
				arguments(1, RefillRate.of(1, Duration.ofDays(1)), Duration.ofDays(1)),
				arguments(600, RefillRate.of(600, Duration.ofMinutes(1)), Duration.ofMillis(100)),
				arguments(10, RefillRate.perSecond(new BigDecimal("0.01")), Duration.ofSeconds(100)),
				arguments(3, RefillRate.of(1000, Duration.ofDays(365)), Duration.ofMillis(31_536_000)),
				arguments(5, RefillRate.perSecond(new BigDecimal("0.000001")), Duration.ofSeconds(1_000_000)));
	}

	@ParameterizedTest
	@MethodSource("rates")
	void aTokenComesExactlyWhenItsTimeHasPassed(long capacity, RefillRate rate, Duration toNextToken) {
		LocalMember alice = member(capacity, rate);
		assertThat(alice.consume(capacity).isAdmitted()).isTrue();
		Decision rejected = alice.consume(1);
		assertThat(rejected.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(rejected.timeToWait()).isEqualTo(toNextToken);
		alice.advance(toNextToken.minusNanos(1));
		assertThat(alice.consume(1).outcome()).isEqualTo(Outcome.REJECTED);
		alice.advance(Duration.ofNanos(1));
		assertThat(alice.consume(1).isAdmitted()).isTrue();
	}

	/** A refill that is rounded down at each touch would lose all of it. */
	@ParameterizedTest
	@MethodSource("rates")
	void noRefillIsLostHoweverOftenABucketIsAsked(long capacity, RefillRate rate, Duration toNextToken) {
		LocalMember alice = member(capacity, rate);
		alice.consume(capacity);
		for (int i = 0; i < 1000; i++) {
			alice.advance(toNextToken.dividedBy(1000));
			alice.status();
			if (i < 999) {
				assertThat(alice.consume(1).outcome()).isEqualTo(Outcome.REJECTED);
			}
		}
		assertThat(alice.consume(1).isAdmitted()).isTrue();
	}

	private static LocalMember member(long capacity, RefillRate rate) {
		Limit limit = new Limit(LocalMember.LIMIT, tokens(capacity), rate, tokens(capacity), 0);
		return new LocalMember(new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25)));
	}

}
