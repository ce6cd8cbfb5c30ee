package io.openclaw.tokenbucket.limiter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Settlement;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A rejection is repeated without asking the bucket, and never where the bucket would
 * admit.
 */
class StandingRejectionTests {

	private static final Birth OF_BOB = new Birth(BOB, 1);

	private final LocalMember member = new LocalMember(policy(limit(10, "250"), Consistency.EVENTUAL));

	private final LimitControl control = new LimitControl(this.member.store(), this.member.time());

	private final Deque<Settlement> open = new ArrayDeque<>();

	private TokenBucketState spentByBob = TokenBucketState.empty();

	static LongStream seeds() {
		return LongStream.range(0, 30);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void isWhatTheBucketWouldSay(long seed) {
		Random random = new Random(seed);
		this.member.hear(BOB);
		int rejected = 0;
		for (int request = 0; request < 2_000; request++) {
			this.member.advance(Duration.ofNanos(random.nextLong(1_000_000)));
			happen(random);
			long cost = (random.nextInt(4) == 0) ? 2 : 1;
			long there = this.member.status().spendable();
			Decision decision = this.member.consume(cost);
			assertThat(decision.isAdmitted()).as("seed %d, request %d", seed, request).isEqualTo(there >= tokens(cost));
			if (!decision.isAdmitted()) {
				rejected++;
				assertThat(decision.remainingTokens()).isEqualTo(Math.max(0, there) / tokens(1));
				assertThat(decision.limit()).isEqualTo(this.member.status().limit());
			}
		}
		assertThat(rejected).isGreaterThan(500);
	}

	private void happen(Random random) {
		switch (random.nextInt(60)) {
			case 0 -> this.control.giveBack(LocalMember.LIMIT, LocalMember.KEY, tokens(2));
			case 1 -> this.member.tick();
			case 2 -> mergeMoreOfBob(random.nextLong(tokens(1)));
			case 3 -> this.member.hear(BOB, CAROL);
			case 4 -> this.member.hear(BOB);
			case 5 -> change(10 + random.nextInt(10), "250");
			case 6 -> change(10, Integer.toString(100 + random.nextInt(300)));
			case 7 -> reserve();
			case 8 -> {
				if (!this.open.isEmpty()) {
					this.open.remove().settle(1);
				}
			}
			default -> {
			}
		}
	}

	private void mergeMoreOfBob(long returned) {
		this.spentByBob = this.spentByBob.consume(OF_BOB, tokens(1)).giveBack(OF_BOB, returned);
		this.member.merge(this.spentByBob);
	}

	private void reserve() {
		if (this.member.status().spendable() >= tokens(2)) {
			this.open.add(this.member.reserve(2));
		}
	}

	private void change(long capacity, String perSecond) {
		this.control.edit(LocalMember.LIMIT,
				(current) -> new LimitDefinition(
						new Limit(LocalMember.LIMIT, tokens(capacity), RefillRate.perSecond(new BigDecimal(perSecond)),
								current.limit().initial(), current.limit().revision()),
						0, current.consistency(), current.mode()),
				LimitSource.ENDPOINT);
	}

	@Test
	void endsAtTheMomentThatItTells() {
		this.member.consume(10);
		Decision first = this.member.consume(1);
		this.member.advance(Duration.ofMillis(1));
		Decision second = this.member.consume(1);
		assertThat(second.nanosToWait()).isEqualTo(first.nanosToWait() - Duration.ofMillis(1).toNanos());
		this.member.advance(second.timeToWait().minusNanos(1));
		assertThat(this.member.consume(1).isAdmitted()).isFalse();
		this.member.advance(Duration.ofNanos(1));
		assertThat(this.member.consume(1).isAdmitted()).isTrue();
	}

}
