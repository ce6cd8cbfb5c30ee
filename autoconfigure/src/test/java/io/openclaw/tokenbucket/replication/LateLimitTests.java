package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

/**
 * Limits that some members are configured with later than others. Buckets hold a hundred
 * tokens, of which one returns a second.
 */
class LateLimitTests {

	private static final String LATE = "late";

	private final TestFleet fleet = new TestFleet();

	// As a gateway does whose limit is made at the first request of its route.
	@Test
	void aMemberThatRestartsAndIsConfiguredLaterKnowsWhatWasSpent() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		members.forEach(this::configure);
		assertThat(drain(members.get(0), 150)).isCloseTo(100, within(1));
		TestMember restarted = this.fleet.start("c");
		this.fleet.awaitAtMost(Duration.ofSeconds(10), restarted::isCounted);
		this.fleet.advanceSeconds(2);
		configure(restarted);
		assertThat(drain(restarted, 150)).isLessThanOrEqualTo(6);
		assertThat(this.fleet.surprises()).isEmpty();
	}

	@Test
	void aLimitThatReachesOneMemberSecondsLaterIsOneBudget() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		TestMember early = members.get(0);
		TestMember later = members.get(1);
		configure(early);
		int admitted = drain(early, 150);
		this.fleet.advanceSeconds(5);
		configure(later);
		admitted += drain(later, 150);
		Duration start = this.fleet.time().elapsed();
		assertThat(admitted).isCloseTo(106, within(2));
		int after = 0;
		while (this.fleet.time().elapsed().minus(start).toSeconds() < 60) {
			after += drain(early, 1) + drain(later, 1);
			this.fleet.advance(Duration.ofMillis(200));
		}
		assertThat(after).as("the key lives on").isCloseTo(60, within(3));
		assertThat(level(early)).isCloseTo(level(later), within(1.5));
		assertThat(this.fleet.surprises()).isEmpty();
	}

	// The oldest member is the sponsor, and knows the limit last.
	@Test
	void aDeploymentThatAddsALimitIsOneBudget() {
		TestMember old = this.fleet.start("a-old");
		this.fleet.advanceSeconds(3);
		TestMember first = this.fleet.start("b-new");
		configure(first);
		this.fleet.advanceSeconds(3);
		int admitted = drain(first, 150);
		this.fleet.advanceSeconds(5);
		TestMember second = this.fleet.start("c-new");
		configure(second);
		this.fleet.awaitAtMost(Duration.ofSeconds(10), second::isCounted);
		admitted += drain(second, 150);
		assertThat(admitted).isCloseTo(106, within(3));
		assertThat(old.spender().limiter().limits()).containsExactly(Spender.LIMIT);
		assertThat(this.fleet.surprises()).isEmpty();
	}

	@Test
	void aMemberThatWasPartitionedWhenALimitCameKnowsWhatWasSpent() {
		List<TestMember> members = this.fleet.startTogether("a", "b", "c");
		this.fleet.wire().isolate((id) -> id.node().equals("c"));
		this.fleet.advanceSeconds(4);
		configure(members.get(0));
		configure(members.get(1));
		drain(members.get(0), 100);
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(3);
		configure(members.get(2));
		assertThat(level(members.get(2))).isCloseTo(level(members.get(0)), within(1.5));
	}

	@Test
	void requestsDoNotUseWhatOnlyOthersAreConfiguredWith() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		configure(members.get(0));
		this.fleet.advanceSeconds(1);
		TestMember other = members.get(1);
		assertThat(other.spender().store().limits().adopted()).containsExactly(LATE);
		assertThatIllegalArgumentException().isThrownBy(() -> other.spender().limiter().tryConsume(LATE, "k", 1));
		assertThat(control(other).definitions()).containsOnlyKeys(Spender.LIMIT);
		assertThat(control(other).source(LATE)).isEmpty();
	}

	@Test
	void aLimitThatNobodyIsConfiguredWithIsForgottenOnceItsBucketsAreFull() {
		List<TestMember> members = this.fleet.startTogether("a", "b", "c");
		configure(members.get(2));
		drain(members.get(2), 30);
		this.fleet.advanceSeconds(1);
		members.get(2).replicator().leave();
		this.fleet.advanceSeconds(15);
		assertThat(members.get(0).spender().store().limits().adopted()).containsExactly(LATE);
		this.fleet.advanceSeconds(60);
		members.subList(0, 2).forEach((member) -> assertThat(member.spender().store().limits().adopted()).isEmpty());
	}

	@Test
	void aLimitThatWasEditedIsFollowedAsEditedByWhoIsConfiguredLater() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		configure(members.get(0));
		control(members.get(0)).edit(LATE, (definition) -> LimitDefinition.of(policy(50)), LimitSource.ENDPOINT);
		this.fleet.advanceSeconds(1);
		configure(members.get(1));
		assertThat(members.get(1).spender().limiter().policy(LATE).limit().capacity())
			.isEqualTo(MicroTokens.ofTokens(50));
		assertThat(control(members.get(1)).source(LATE)).contains(LimitSource.FLEET);
	}

	@Test
	void bucketsOfOthersLeaveRoomForOnesOwn() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		configure(members.get(0));
		for (int i = 0; i < Spender.MAX_KEYS / 2 + 10; i++) {
			members.get(0).spender().limiter().tryConsume(LATE, "k" + i, 1);
		}
		this.fleet.advanceSeconds(10);
		assertThat(members.get(1).spender().store().size()).isEqualTo(Spender.MAX_KEYS / 2);
		assertThat(this.fleet.surprises()).isNotEmpty().allMatch((surprise) -> surprise.equals("b#1 rejected: room"));
	}

	private void configure(TestMember member) {
		control(member).configure(policy(100));
	}

	private LimitControl control(TestMember member) {
		NanoClock clock = this.fleet.time();
		return new LimitControl(member.spender().store(), clock);
	}

	private int drain(TestMember member, int tries) {
		int admitted = 0;
		for (int i = 0; i < tries; i++) {
			Decision decision = member.spender().limiter().tryConsume(LATE, "k", 1);
			if (decision.outcome() == Outcome.WAITING) {
				this.fleet.advance(Duration.ofMillis(30));
				decision = decision.completion().toCompletableFuture().join();
			}
			admitted += decision.isAdmitted() ? 1 : 0;
			this.fleet.advance(Duration.ofMillis(1));
		}
		return admitted;
	}

	private static double level(TestMember member) {
		return MicroTokens.toTokens(member.spender().limiter().peek(LATE, "k").level());
	}

	private static LimitPolicy policy(long capacity) {
		return new LimitPolicy(new Limit(LATE, MicroTokens.ofTokens(capacity), RefillRate.of(1, Duration.ofSeconds(1)),
				MicroTokens.ofTokens(capacity), 0), Consistency.STRICT, Duration.ofMillis(25));
	}

}
