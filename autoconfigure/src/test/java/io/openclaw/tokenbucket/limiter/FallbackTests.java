package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a member spends of a limit in fallback: 100 tokens, 10 a second, four members.
 */
class FallbackTests {

	private final LocalMember member = new LocalMember(policy(limit(100, "10"), Consistency.BOUNDED));

	@Test
	void aMemberSpendsItsShareAtOnceAndWithoutAsking() {
		fallBack();
		for (int i = 0; i < 25; i++) {
			assertThat(this.member.consume(1).outcome()).isEqualTo(Outcome.ADMITTED);
		}
		Decision decision = this.member.consume(1);
		assertThat(decision.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(decision.reason()).isEqualTo(Reason.FALLBACK);
		assertThat(decision.remaining()).isZero();
		assertThat(this.member.acknowledgementsWanted()).isZero();
	}

	@Test
	void itsShareRefillsByItsOwnClockAndNotByWhatOthersClaim() {
		fallBack();
		this.member.consume(25);
		this.member.merge(TokenBucketState.empty().grant(List.of(BOB), tokens(1_000_000)));
		Duration wait = this.member.consume(1).timeToWait();
		assertThat(wait).isEqualTo(Duration.ofMillis(400));
		this.member.advance(wait.minusNanos(1000));
		assertThat(this.member.consume(1).isAdmitted()).isFalse();
		this.member.advance(Duration.ofNanos(1000));
		assertThat(this.member.consume(1).isAdmitted()).isTrue();
		this.member.advance(Duration.ofHours(1));
		assertThat(this.member.consume(26).isAdmitted()).isFalse();
		assertThat(this.member.consume(25).isAdmitted()).isTrue();
	}

	@Test
	void whatOthersClaimToHaveSpentTakesNothingFromIt() {
		fallBack();
		assertThat(this.member.consume(5).isAdmitted()).isTrue();
		this.member.merge(spentByBob(1_000_000));
		assertThat(this.member.consume(20).isAdmitted()).isTrue();
		assertThat(this.member.status().level()).isEqualTo(tokens(100 - 25 - 1_000_000));
	}

	@Test
	void ofABucketInDebtItStartsWithNothingAndGetsItsShareOfTheRefill() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.merge(spentByBob(500));
		this.member.store().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		assertThat(this.member.consume(1).isAdmitted()).isFalse();
		this.member.advance(Duration.ofSeconds(2));
		assertThat(this.member.consume(5).isAdmitted()).isTrue();
		assertThat(this.member.consume(1).isAdmitted()).isFalse();
	}

	@Test
	void theShareFollowsTheNumberOfMembers() {
		fallBack();
		assertThat(this.member.status().spendable()).isEqualTo(tokens(25));
		this.member.hear(BOB);
		assertThat(this.member.status().spendable()).isEqualTo(tokens(50));
	}

	@Test
	void theQuotaMayBeAnyPartOfTheLimit() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.store().fallBack(LocalMember.LIMIT, (members) -> 0.5);
		assertThat(this.member.consume(51).isAdmitted()).isFalse();
		assertThat(this.member.consume(50).isAdmitted()).isTrue();
		assertThat(this.member.consume(1).timeToWait()).isEqualTo(Duration.ofMillis(200));
	}

	@Test
	void aRequestThatWaitsIsAnsweredByTheShare() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.consume(1);
		Decision waiting = this.member.consume(90);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		this.member.store().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		this.member.advance(Duration.ofMillis(25));
		assertThat(waiting.completion().toCompletableFuture())
			.isCompletedWithValueMatching((decision) -> decision.reason() == Reason.FALLBACK && !decision.isAdmitted());
		assertThat(this.member.consume(24).isAdmitted()).isTrue();
	}

	@Test
	void whatIsSpentInFallbackCountsWhereTheLimitRecovers() {
		fallBack();
		this.member.consume(25);
		this.member.store().recover(LocalMember.LIMIT);
		assertThat(this.member.status().spendable()).isEqualTo(tokens(75));
		this.member.publish();
		this.member.acknowledge();
		assertThat(this.member.consume(1).reason()).isEqualTo(Reason.CREDIT);
	}

	@Test
	void aDebtIsForgivenWhereTheLimitRecovers() {
		fallBack();
		this.member.consume(5);
		this.member.merge(spentByBob(10_000));
		this.member.store().recover(LocalMember.LIMIT);
		this.member.tick();
		assertThat(this.member.status().level()).isZero();
		assertThat(this.member.publish().get(0).state().returned().sum()).isEqualTo(tokens(10_000 + 5 - 100));
	}

	@Test
	void onlyTheFirstMemberForgives() {
		LocalMember bob = new LocalMember(this.member.time(), BOB, 1000, policy(limit(100, "10"), Consistency.BOUNDED));
		bob.hear(ALICE);
		bob.store().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		bob.merge(TokenBucketState.empty().consume(new Birth(ALICE, 1), tokens(10_000)));
		bob.store().recover(LocalMember.LIMIT);
		bob.tick();
		assertThat(bob.status().level()).isEqualTo(tokens(100 - 10_000));
	}

	@Test
	void aLimitThatIsUnknownIsIgnored() {
		this.member.store().fallBack("other", FallbackQuota.FAIR_SHARE);
		this.member.store().recover("other");
		assertThat(this.member.consume(1).isAdmitted()).isTrue();
	}

	private void fallBack() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.store().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
	}

	private static TokenBucketState spentByBob(long tokens) {
		return TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(tokens));
	}

}
