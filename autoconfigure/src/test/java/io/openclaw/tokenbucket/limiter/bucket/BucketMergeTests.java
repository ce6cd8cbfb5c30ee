package io.openclaw.tokenbucket.limiter.bucket;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.Fleets;
import io.openclaw.tokenbucket.limiter.LocalMember;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.heardUntil;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link Bucket}: what it learns from peers.
 */
class BucketMergeTests {

	private static final TokenBucketState EMPTY = TokenBucketState.empty();

	private final LocalMember alice = new LocalMember(policy(limit(1000, "0.001"), Consistency.STRICT));

	// It had its own share all the while, and nobody else granted that.
	@Test
	void whatWasGrantedWhileAPeerWasNotHeardIsToldOnceItIs() {
		LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.STRICT));
		member.hear(BOB);
		member.consume(500);
		member.publish();
		member.acknowledge();
		member.store()
			.membershipChanged(view(member.now(), ALICE, lost(BOB, member.now(), member.now())), member.now());
		member.advance(Duration.ofSeconds(2));
		assertThat(member.publish()).isEmpty();
		member.hear(BOB);
		member.tick();
		assertThat(member.publish()).singleElement()
			.satisfies((update) -> assertThat(update.state().granted().get(ALICE)).isEqualTo(tokens(10)));
		member.hear(BOB);
		assertThat(member.publish()).isEmpty();
	}

	@Test
	void aMergeIsRefusedOpenlyThatWouldHaveTooManyEntries() {
		TokenBucketState early = EMPTY;
		TokenBucketState late = EMPTY;
		for (int number = 1; number <= 6_000; number++) {
			early = early.consume(new Birth(BOB, number), 1);
			late = late.consume(new Birth(CAROL, number), 1);
		}
		assertThat(this.alice.merge(early)).isTrue();
		assertThat(this.alice.merge(late)).isFalse();
		assertThat(this.alice.merge(early)).isTrue();
		assertThat(this.alice.status().state().consumed().sum()).isEqualTo(6_000);
	}

	@Test
	void nothingIsToldOfGrantsThatAreLessThanATokenAllTogether() {
		LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.STRICT));
		member.hear(BOB);
		member.consume(500);
		member.publish();
		member.acknowledge();
		member.store()
			.membershipChanged(view(member.now(), ALICE, lost(BOB, member.now(), member.now())), member.now());
		member.advance(Duration.ofMillis(90));
		member.hear(BOB);
		assertThat(member.publish()).isEmpty();
	}

	@Test
	void spendingOfAPeerYieldsShareAtOnce() {
		this.alice.hear(BOB);
		assertThat(admittedOnCredit()).isEqualTo(500);
		LocalMember other = new LocalMember(policy(limit(1000, "0.001"), Consistency.STRICT));
		other.hear(BOB);
		other.merge(EMPTY.consume(new Birth(BOB, 1), tokens(200)));
		assertThat(admittedOnCredit(other)).isBetween(50L, 90L);
	}

	@Test
	void shareGrowsOnlyWithAnAcknowledgement() {
		this.alice.hear(BOB);
		spendAndPublish(300);
		long credit = this.alice.status().unacknowledged();
		assertThat(credit).isEqualTo(tokens(300));
		assertThat(admittedOnCredit()).isEqualTo(200);
		this.alice.publish();
		this.alice.acknowledge();
		assertThat(admittedOnCredit()).isGreaterThan(450);
	}

	/**
	 * Bob still knows what Alice spent before she dropped the bucket. That it arrives now
	 * does not make it recent.
	 */
	@Test
	void whatPeersRememberOfMyEarlierBirthsIsNoDemandOfMine() {
		this.alice.hear(BOB);
		TokenBucketState history = EMPTY.consume(new Birth(ALICE, 0), tokens(50_000))
			.consume(new Birth(BOB, 1), tokens(100))
			.grant(List.of(ALICE, BOB), tokens(25_050));
		this.alice.merge(history);
		assertThat(admittedOnCredit()).isLessThanOrEqualTo(500);
	}

	/**
	 * Bob does not notice that Alice misses him for a moment, and goes by his demand.
	 */
	@Test
	void aPeerThatIsNotHeardForAMomentKeepsItsDemand() {
		this.alice.hear(BOB);
		this.alice.merge(EMPTY.consume(new Birth(BOB, 1), tokens(200)));
		long now = this.alice.now();
		this.alice.store().membershipChanged(view(now, ALICE, lost(BOB, now, now)), now);
		this.alice.hear(BOB);
		assertThat(admittedOnCredit()).isBetween(50L, 90L);
	}

	@Test
	void demandOfARemovedMemberIsForgotten() {
		this.alice.hear(BOB);
		this.alice.merge(EMPTY.consume(new Birth(BOB, 1), tokens(200)));
		this.alice.store().membershipChanged(MembershipView.alone(ALICE, this.alice.now()), this.alice.now());
		this.alice.hear(BOB);
		assertThat(admittedOnCredit()).isEqualTo(400);
	}

	// Whoever passes a lie on may have been lied to.
	@Test
	void ofAContradictionAllButTheLieIsTaken() {
		this.alice.hear(BOB);
		spendAndPublish(10);
		TokenBucketState before = this.alice.status().state();
		Birth mine = birth(before);
		TokenBucketState honest = before.consume(new Birth(BOB, 1), 5);
		assertThat(this.alice.merge(honest.consume(mine, 1))).isFalse();
		assertThat(this.alice.status().state()).isEqualTo(honest);
	}

	@Test
	void amountsThatNoFleetCanHaveSpentAreRefusedAndThrowNowhere() {
		this.alice.hear(BOB);
		List<TokenBucketState> forged = List.of(EMPTY.grant(List.of(BOB), Long.MAX_VALUE),
				EMPTY.consume(new Birth(BOB, 1), Long.MAX_VALUE), EMPTY.giveBack(new Birth(BOB, 1), Long.MAX_VALUE),
				EMPTY.consume(new Birth(BOB, 2), Long.MAX_VALUE), EMPTY.grant(List.of(ALICE), Long.MAX_VALUE));
		forged.forEach((state) -> assertThat(this.alice.merge(state)).isFalse());
		this.alice.consume(1);
		this.alice.advance(Duration.ofHours(1));
		assertThatNoException().isThrownBy(() -> {
			this.alice.publish();
			this.alice.tick();
			this.alice.hear();
		});
		assertThat(this.alice.consume(999).isAdmitted()).isTrue();
	}

	@Test
	void whereAForgedCountLeavesNoRoomToCountAMemberGoesByItsPart() {
		LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));
		member.hear(BOB);
		member.merge(EMPTY.consume(new Birth(BOB, 1), (Long.MAX_VALUE / 2) - 1));
		member.advance(Duration.ofSeconds(10));
		assertThat(member.consume(50).isAdmitted()).isTrue();
		assertThat(member.consume(1).reason()).isEqualTo(Reason.FALLBACK);
		member.store().changes().recover(LocalMember.LIMIT, member.now());
		assertThat(member.merge(EMPTY.consume(new Birth(BOB, 2), tokens(100)))).isFalse();
		member.advance(Duration.ofSeconds(100));
		assertThat(member.consume(500).isAdmitted()).isTrue();
		assertThat(member.consume(1).isAdmitted()).isFalse();
	}

	@Test
	void moreThanHonestMembersCanHaveOverspentIsWrittenOffAtOnce() {
		LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));
		member.hear(BOB);
		member.merge(EMPTY.consume(new Birth(BOB, 1), tokens(1_000_000_000)));
		assertThat(member.status().level()).isBetween(0L, 2L);
		member.advance(Duration.ofSeconds(1));
		assertThat(member.consume(10).outcome()).isNotEqualTo(Outcome.REJECTED);
	}

	@Test
	void whatHonestMembersCanHaveOverspentIsNot() {
		LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));
		member.hear(BOB);
		member.merge(EMPTY.consume(new Birth(BOB, 1), tokens(3000)));
		assertThat(member.status().level()).isEqualTo(tokens(-2000));
	}

	@Test
	void aBucketWithoutRoomToCountIsForgottenOnceNobodyUsesIt() {
		LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));
		member.hear(BOB);
		member.merge(EMPTY.grant(List.of(BOB), (Long.MAX_VALUE / 2) - tokens(5000)));
		assertThat(member.consume(500).isAdmitted()).isTrue();
		for (int second = 0; second < 200; second++) {
			member.publish();
			member.acknowledge();
			member.advance(Duration.ofSeconds(1));
			member.tick();
		}
		assertThat(member.store().size()).isZero();
	}

	@Test
	void amountsThatAreBelievableOneByOneDoNotAddUpToWhatIsNot() {
		this.alice.hear(BOB);
		for (int birth = 0; birth < 100; birth++) {
			this.alice.merge(EMPTY.consume(new Birth(BOB, birth), 1L << 60).grant(List.of(BOB), 1L << 60));
		}
		assertThatNoException().isThrownBy(() -> this.alice.consume(1));
		assertThat(this.alice.status().state().consumed().sum()).isPositive();
	}

	@Test
	void whatAMemberLearnsOfOneThatMustBePassedOnIsPublished() {
		long now = this.alice.now();
		this.alice.hear(BOB);
		this.alice.merge(EMPTY.consume(new Birth(BOB, 1), 5));
		assertThat(this.alice.store().replicas().hasDirty()).isFalse();
		MembershipView relaying = MembershipView.member(ALICE, 2, List.of(Fleets.heard(BOB, now)), Set.of(BOB), now);
		this.alice.store().membershipChanged(relaying, now);
		this.alice.merge(EMPTY.consume(new Birth(BOB, 1), 6));
		assertThat(this.alice.publish()).extracting((update) -> update.state().netConsumedBy(BOB)).containsExactly(6L);
	}

	@Test
	void aPausedProcessWakesIntoItsShareOnly() {
		this.alice.consume(100);
		long now = this.alice.now();
		this.alice.store()
			.membershipChanged(view(now, ALICE, heardUntil(BOB, now, now + Duration.ofMillis(600).toNanos())), now);
		this.alice.publish();
		this.alice.acknowledge();
		assertThat(this.alice.status().spendable()).isEqualTo(tokens(900));
		this.alice.advance(Duration.ofSeconds(5));
		Decision decision = this.alice.consume(401);
		assertThat(decision.reason()).isEqualTo(Reason.REDUCED_CAPACITY);
		assertThat(this.alice.limiter().state()).isEqualTo(FleetState.ISOLATED);
		assertThat(this.alice.consume(399).isAdmitted()).isTrue();
	}

	private void spendAndPublish(long tokens) {
		assertThat(this.alice.consume(tokens).isAdmitted()).isTrue();
		this.alice.publish();
	}

	private long admittedOnCredit() {
		return admittedOnCredit(this.alice);
	}

	private static long admittedOnCredit(LocalMember member) {
		long admitted = 0;
		while (member.consume(1).isAdmitted()) {
			admitted++;
		}
		return admitted;
	}

	private static Birth birth(TokenBucketState state) {
		Birth[] birth = new Birth[1];
		state.consumed().forEach((key, amount) -> birth[0] = key);
		return birth[0];
	}

}
