package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
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
		assertThat(this.member.status().spendable()).isEqualTo(tokens(25));
		assertThat(this.member.consume(25).isAdmitted()).isTrue();
		assertThat(this.member.consume(1).isAdmitted()).isFalse();
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
		this.member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
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
		this.member.store().changes().fallBack(LocalMember.LIMIT, (members) -> 0.5);
		assertThat(this.member.status().spendable()).isEqualTo(tokens(50));
		assertThat(this.member.consume(50).isAdmitted()).isTrue();
		assertThat(this.member.consume(1).timeToWait()).isEqualTo(Duration.ofMillis(200));
	}

	@Test
	void aRequestThatWaitsIsAnsweredByTheShare() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.consume(1);
		Decision waiting = this.member.consume(90);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		this.member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		this.member.advance(Duration.ofMillis(25));
		assertThat(waiting.completion().toCompletableFuture())
			.isCompletedWithValueMatching((decision) -> decision.reason() == Reason.FALLBACK && !decision.isAdmitted());
		assertThat(this.member.consume(24).isAdmitted()).isTrue();
	}

	@Test
	void whatIsSpentInFallbackCountsWhereTheLimitRecovers() {
		fallBack();
		this.member.consume(25);
		recover();
		assertThat(this.member.status().spendable()).isEqualTo(tokens(75));
		this.member.publish();
		this.member.acknowledge();
		assertThat(this.member.consume(1).reason()).isEqualTo(Reason.CREDIT);
	}

	@Test
	void aDebtIsForgivenInEqualPartsWhereTheLimitRecovers() {
		fallBack();
		this.member.consume(5);
		this.member.merge(spentByBob(10_000));
		recover();
		assertThat(this.member.status().level()).isZero();
		assertThat(this.member.publish().get(0).state().granted()).isEqualTo(GCounter.of(Map.of(ALICE, tokens(9905) / 4,
				BOB, tokens(9905) / 4, CAROL, tokens(9905) / 4, DAVE, tokens(9905) / 4)));
	}

	@Test
	void aDebtThatAForgedFoldMadeIsForgivenAtOnce() {
		this.member.hear(BOB);
		this.member.consume(5);
		TokenBucketState lie = spentByBob(1_000_000);
		this.member.merge(lie.fold(lie.consumed(), GCounter.empty(), GCounter.empty()));
		assertThat(this.member.store().replicas().snapshot(LocalMember.BUCKET, this.member.now()))
			.hasValueSatisfying((followed) -> assertThat(followed.state().fold().number()).isEqualTo(1));
		assertThat(this.member.status().level()).isZero();
	}

	@Test
	void aDebtOfABucketThatNobodyAskedForInFallbackIsForgivenAsWell() {
		this.member.hear(BOB);
		this.member.merge(spentByBob(10_000));
		this.member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		recover();
		assertThat(this.member.status().level()).isZero();
	}

	@Test
	void membersThatForgiveAtOnceForgiveOnce() {
		LocalMember bob = new LocalMember(this.member.time(), BOB, 1000, policy(limit(100, "10"), Consistency.BOUNDED));
		TokenBucketState overspent = TokenBucketState.empty().consume(new Birth(CAROL, 1), tokens(10_000));
		this.member.hear(BOB, CAROL);
		bob.hear(ALICE, CAROL);
		for (LocalMember each : List.of(this.member, bob)) {
			each.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
			each.merge(overspent);
			each.store().changes().recover(LocalMember.LIMIT, each.now());
			each.tick();
		}
		this.member.merge(bob.publish().get(0).state());
		bob.merge(this.member.publish().get(0).state());
		assertThat(this.member.status().level()).isBetween(0L, 3L).isEqualTo(bob.status().level());
	}

	// Carol overspent and died: none of those that she left pays for her.
	@Test
	void aDebtThatCannotBeForgivenYetLeavesAMemberWithItsPart() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		this.member.merge(spentByBob(10_000));
		long now = this.member.now();
		this.member.store()
			.membershipChanged(view(now, ALICE, heard(CAROL, now), heard(DAVE, now), lost(BOB, now, now)), now);
		recover();
		assertThat(this.member.consume(25).isAdmitted()).isTrue();
		assertThat(this.member.consume(1).reason()).isEqualTo(Reason.FALLBACK);
		this.member.advance(Duration.ofSeconds(2));
		assertThat(this.member.consume(5).isAdmitted()).isTrue();
		assertThat(this.member.status().level()).isNegative();
		this.member.hear(CAROL, DAVE);
		assertThat(this.member.consume(1).reason()).isEqualTo(Reason.EXHAUSTED);
		assertThat(this.member.status().level()).isBetween(0L, 3L);
		this.member.advance(Duration.ofMillis(100));
		assertThat(this.member.status().spendable()).isBetween(tokens(1), tokens(1) + 3);
	}

	@Test
	void aMemberThatIsLostAfterItWasForgivenLeavesNothingHeldAside() {
		this.member.hear(BOB);
		this.member.tick();
		this.member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
		this.member.merge(spentByBob(10_000));
		this.member.tick();
		this.member.advance(Duration.ofSeconds(1));
		recover();
		long now = this.member.now();
		this.member.store().membershipChanged(view(now, ALICE, lost(BOB, now, now)), now);
		this.member.advance(Duration.ofSeconds(1));
		assertThat(this.member.consume(5).isAdmitted()).isTrue();
	}

	@Test
	void aLimitThatIsUnknownIsIgnored() {
		this.member.store().changes().fallBack("other", FallbackQuota.FAIR_SHARE);
		this.member.store().changes().recover("other", this.member.now());
		assertThat(this.member.consume(1).isAdmitted()).isTrue();
	}

	private void fallBack() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.store().changes().fallBack(LocalMember.LIMIT, FallbackQuota.FAIR_SHARE);
	}

	private void recover() {
		this.member.store().changes().recover(LocalMember.LIMIT, this.member.now());
	}

	private static TokenBucketState spentByBob(long tokens) {
		return TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(tokens));
	}

}
