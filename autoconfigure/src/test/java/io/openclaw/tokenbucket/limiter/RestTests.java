package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for buckets at rest: beside a member whose buckets never are.
 */
class RestTests {

	private static final LimitPolicy POLICY = policy(limit(100_000, "0.5"), Consistency.EVENTUAL);

	private static final int AT_REST = 500;

	private final LocalMember member = new LocalMember(POLICY);

	private final LocalMember restless = LocalMember.thatNeverSweeps(POLICY);

	private long spentByBob;

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void aBucketDecidesAsIfItHadNeverBeenAtRest(long seed) {
		Random random = new Random(seed);
		both((each) -> hear(each, BOB, CAROL));
		both((each) -> consume(each, 2_000));
		int rests = 0;
		for (int step = 0; step < 40; step++) {
			pass(Duration.ofMillis(random.nextInt(20_000)));
			rests += isAtRest(this.member) ? 1 : 0;
			assertThat(consumed(this.member)).as("seed %d step %d", seed, step).isEqualTo(consumed(this.restless));
			act(random);
			assertThat(state(this.member)).as("seed %d step %d", seed, step).isEqualTo(state(this.restless));
			assertThat(consumed(this.member)).as("seed %d step %d", seed, step).isEqualTo(consumed(this.restless));
		}
		assertThat(rests).as("seed %d", seed).isPositive();
		assertThat(both(LocalMember::status)).isNotNull();
	}

	@Test
	void aBucketComesToRestOnceNothingIsWaitedFor() {
		hear(this.member, BOB);
		this.member.consume(50_000);
		pass(Duration.ofSeconds(20));
		assertThat(isAtRest(this.member)).as("unacknowledged").isFalse();
		this.member.publish();
		this.member.acknowledge();
		pass(Duration.ofSeconds(20));
		assertThat(isAtRest(this.member)).isTrue();
		state(this.member);
		assertThat(consumed(this.member)).isNotEmpty();
		assertThat(isAtRest(this.member)).as("looked at").isTrue();
		this.member.consume(1);
		assertThat(isAtRest(this.member)).as("used").isFalse();
	}

	@Test
	void aBucketAtRestIsDroppedOnceItIsFull() {
		hear(this.member, BOB);
		this.member.consume(20);
		pass(Duration.ofSeconds(1));
		this.member.publish();
		this.member.acknowledge();
		pass(Duration.ofSeconds(37));
		assertThat(isAtRest(this.member)).isTrue();
		assertThat(this.member.store().size()).isEqualTo(1);
		pass(Duration.ofSeconds(3));
		assertThat(this.member.store().size()).isZero();
	}

	private void act(Random random) {
		int amount = random.nextInt(1, 1_000);
		switch (random.nextInt(9)) {
			case 0, 1, 2 -> assertThat(consume(this.member, amount)).isEqualTo(consume(this.restless, amount));
			case 3, 4 -> {
				this.spentByBob += tokens(random.nextInt(1_000));
				both((each) -> each.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), this.spentByBob)));
			}
			case 5 -> both((each) -> change(each, view(each.now(), each.store().self(),
					lost(BOB, each.now() - Duration.ofSeconds(2).toNanos(), each.now()), heard(CAROL, each.now()))));
			case 6 -> both((each) -> hear(each, BOB, CAROL));
			case 7 -> both((each) -> hear(each, CAROL));
			default -> both((each) -> resize(each, 100_000 + amount));
		}
		both((each) -> {
			int published = each.publish().size();
			each.acknowledge();
			return published;
		});
	}

	private static List<Object> consume(LocalMember each, int amount) {
		Decision decision = each.consume(amount);
		return List.of(decision.outcome(), decision.reason(), decision.remaining(), decision.nanosToWait());
	}

	private <T> T both(Function<LocalMember, T> action) {
		T answer = action.apply(this.member);
		assertThat(answer).isEqualTo(action.apply(this.restless));
		return answer;
	}

	private void pass(Duration duration) {
		for (LocalMember each : List.of(this.member, this.restless)) {
			for (int i = 0; i < 4; i++) {
				each.advance(duration.dividedBy(4));
				each.tick();
			}
		}
	}

	private static boolean hear(LocalMember each, MemberId... peers) {
		each.hear(peers);
		return true;
	}

	private static boolean change(LocalMember each, MembershipView view) {
		each.store().membershipChanged(view, each.now());
		return true;
	}

	private static boolean resize(LocalMember each, long capacity) {
		new LimitControl(each.store(), each.time()).edit(LocalMember.LIMIT,
				(current) -> new LimitDefinition(limit(capacity, "0.5"), current.edit(), current.consistency(),
						current.mode()),
				LimitSource.ENDPOINT);
		return true;
	}

	private static Map<Birth, Long> consumed(LocalMember each) {
		Map<Birth, Long> consumed = new HashMap<>();
		each.store().replicas().consumedBelowFull(LocalMember.BUCKET, each.now(), consumed::put);
		return consumed;
	}

	private static TokenBucketState state(LocalMember each) {
		return each.store()
			.replicas()
			.snapshot(LocalMember.BUCKET, each.now())
			.map((update) -> update.state())
			.orElse(TokenBucketState.empty());
	}

	private static boolean isAtRest(LocalMember each) {
		return each.store().size() == 1 && each.store().estimatedBytes() < AT_REST;
	}

}
