package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests of one key that are less than a microsecond apart do not refill its bucket
 * each. One that would be rejected does.
 */
class HotKeyTests {

	private static final int CAPACITY = 10;

	private static final long NANOS_PER_TOKEN = 1_000;

	private final LocalMember member = new LocalMember(policy(limit(CAPACITY, "1000000"), Consistency.EVENTUAL));

	static LongStream seeds() {
		return LongStream.range(0, 20);
	}

	@Test
	void requestsOfOneMicrosecondShareOneRefill() {
		this.member.consume(5);
		advance(999);
		assertThat(this.member.consume(1).remaining()).isEqualTo(tokens(4));
		advance(1);
		assertThat(this.member.consume(1).remaining()).isEqualTo(tokens(3) + 1_000 * tokens(1) / NANOS_PER_TOKEN);
	}

	@Test
	void aRequestIsAdmittedAtTheMomentThatTheLastWasTold() {
		this.member.consume(CAPACITY);
		advance(NANOS_PER_TOKEN - 1);
		assertThat(this.member.consume(1).nanosToWait()).isEqualTo(1);
		advance(1);
		assertThat(this.member.consume(1).isAdmitted()).isTrue();
	}

	static Stream<Named<Consumer<LocalMember>>> looks() {
		return Stream.of(Named.of("status", LocalMember::status), Named.of("publish", LocalMember::publish),
				Named.of("free request", (member) -> member.consume(0)),
				Named.of("cost above the capacity", (member) -> member.consume(1_001)));
	}

	// A fair share fades with the demand that it is by.
	@ParameterizedTest
	@MethodSource("looks")
	void whoOnlyLooksAtABucketMakesNoOldShareNew(Consumer<LocalMember> look) {
		LocalMember strict = new LocalMember(policy(limit(1_000, "10"), Consistency.STRICT));
		strict.hear(BOB);
		strict.consume(500);
		strict.publish();
		strict.acknowledge();
		strict.consume(1);
		strict.advance(Duration.ofMillis(200));
		strict.tick();
		strict.advance(Duration.ofMillis(2_500));
		look.accept(strict);
		strict.advance(Duration.ofNanos(500));
		assertThat(strict.consume(400).outcome()).isEqualTo(Outcome.WAITING);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void noIntervalHasMoreThanAMicrosecondsRefillTooMuch(long seed) {
		Random random = new Random(seed);
		List<Long> admittedAt = new ArrayList<>();
		for (int request = 0; request < 2_000; request++) {
			advance((random.nextInt(4) == 0) ? random.nextInt(5_000) : random.nextInt(1_000));
			if (this.member.consume(1).isAdmitted()) {
				admittedAt.add(this.member.now());
			}
			else {
				assertThat(this.member.status().spendable()).as("seed %d, request %d", seed, request)
					.isLessThan(tokens(1));
			}
		}
		for (int first = 0; first < admittedAt.size(); first++) {
			for (int last = first; last < admittedAt.size(); last++) {
				long nanos = admittedAt.get(last) - admittedAt.get(first);
				assertThat(last - first + 1L).as("seed %d, from %d to %d", seed, first, last)
					.isLessThanOrEqualTo(CAPACITY + (nanos + 1_000) / NANOS_PER_TOKEN);
			}
		}
	}

	private void advance(long nanos) {
		this.member.advance(Duration.ofNanos(nanos));
	}

}
