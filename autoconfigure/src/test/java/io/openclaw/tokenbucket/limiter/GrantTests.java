package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.limiter.decision.Grant;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.Mode;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;
import io.openclaw.tokenbucket.simulation.VirtualTime;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.neverHeard;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Requests that take as many tokens as there are.
 */
class GrantTests {

	private static final Limit LIMIT = limit(10, "2.5");

	private final LocalMember member = new LocalMember(policy(LIMIT, Consistency.BOUNDED));

	static LongStream seeds() {
		return LongStream.range(0, 50);
	}

	@Test
	void grantsWhatIsThereAndNothingThen() {
		assertThat(grant(4).tokens()).isEqualTo(4);
		assertThat(grant(Long.MAX_VALUE).tokens()).isEqualTo(6);
		Grant nothing = grant(5);
		assertThat(nothing.tokens()).isZero();
		assertThat(nothing.decision().outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(nothing.decision().reason()).isEqualTo(Reason.EXHAUSTED);
		assertThat(nothing.decision().timeToWait()).isEqualTo(Duration.ofMillis(400));
		assertThat(this.member.status().consumedHere()).isEqualTo(tokens(10));
		assertThat(this.member.counted()).hasSize(3);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void grantsAsMuchAsRequestsForOneTokenGet(long seed) {
		Random random = new Random(seed);
		LocalMember single = new LocalMember(policy(LIMIT, Consistency.BOUNDED));
		for (int round = 0; round < 100; round++) {
			Duration pause = Duration.ofMillis(random.nextLong(2000));
			this.member.advance(pause);
			single.advance(pause);
			long wanted = random.nextLong(1, 15);
			long admitted = LongStream.range(0, wanted).filter((i) -> single.consume(1).isAdmitted()).count();
			assertThat(grant(wanted).tokens()).as("seed %d, round %d", seed, round).isEqualTo(admitted);
		}
	}

	@Test
	void membersThatFetchInAdvanceDoNotTakeTheSameTokens() {
		this.member.hear(BOB);
		LocalMember bob = new LocalMember(new VirtualTime(), BOB, 1000, policy(LIMIT, Consistency.BOUNDED));
		bob.hear(ALICE);
		long granted = grant(10).tokens()
				+ bob.limiter().tryConsumeUpTo(LocalMember.LIMIT, LocalMember.KEY, 10).tokens();
		assertThat(granted).isEqualTo(10);
	}

	@Test
	void grantsWhatPeersMayBeSpendingOnceTheyAcknowledge() {
		this.member.hear(BOB);
		assertThat(grant(10).tokens()).isEqualTo(5);
		Grant unacknowledged = grant(10);
		assertThat(unacknowledged.tokens()).isZero();
		assertThat(unacknowledged.decision().reason()).isEqualTo(Reason.UNACKNOWLEDGED);
		assertThat(unacknowledged.decision().nanosToWait()).isZero();
		this.member.publish();
		this.member.acknowledge();
		assertThat(grant(10).tokens()).as("all but a floor for the other").isEqualTo(4);
	}

	@Test
	void anEventualLimitGrantsByTheLevel() {
		LocalMember eventual = new LocalMember(policy(LIMIT, Consistency.EVENTUAL));
		eventual.hear(BOB);
		assertThat(eventual.limiter().tryConsumeUpTo(LocalMember.LIMIT, LocalMember.KEY, 20).tokens()).isEqualTo(10);
	}

	@Test
	void overtakesNobodyWhoWaits() {
		this.member.hear(BOB);
		while (this.member.consume(1).outcome() != Outcome.WAITING) {
			assertThat(this.member.status().level()).isPositive();
		}
		assertThat(grant(1).tokens()).isZero();
		assertThat(this.member.status().waiting()).isOne();
	}

	@Test
	void aPartOfLessThanOneTokenGrantsOneAndNoMore() {
		LocalMember apart = new LocalMember(policy(limit(2, "1"), Consistency.BOUNDED));
		apart.store()
			.membershipChanged(MembershipView.member(ALICE, 3,
					Set.of(neverHeard(BOB, apart.now()), neverHeard(CAROL, apart.now())), Set.of(), apart.now()),
					apart.now());
		assertThat(apart.limiter().tryConsumeUpTo(LocalMember.LIMIT, LocalMember.KEY, 2).tokens()).isOne();
		assertThat(apart.limiter().tryConsumeUpTo(LocalMember.LIMIT, LocalMember.KEY, 2).tokens()).isZero();
	}

	@Test
	void aShadowGrantsAll() {
		LocalMember shadow = new LocalMember(
				new LimitPolicy(LIMIT, Consistency.BOUNDED, Duration.ofMillis(25), Mode.SHADOW));
		Grant grant = shadow.limiter().tryConsumeUpTo(LocalMember.LIMIT, LocalMember.KEY, 20);
		assertThat(grant.tokens()).isEqualTo(20);
		assertThat(grant.decision().outcome()).isEqualTo(Outcome.SHADOW_REJECTED);
	}

	@Test
	void nothingCannotBeAskedFor() {
		List.of(0L, -1L)
			.forEach((tokens) -> assertThatIllegalArgumentException().isThrownBy(() -> grant(tokens))
				.withMessage("tokens must be at least one: " + tokens));
	}

	private Grant grant(long tokens) {
		return this.member.limiter().tryConsumeUpTo(LocalMember.LIMIT, LocalMember.KEY, tokens);
	}

}
