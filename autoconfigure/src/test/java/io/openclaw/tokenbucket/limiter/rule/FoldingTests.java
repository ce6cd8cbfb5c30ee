package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Folding} and {@link FoldedReplica}.
 */
class FoldingTests {

	private static final Limit LIMIT = limit(1000, "200");

	private static final long RESTED = millis(10_001);

	private static final long FORGOTTEN = RESTED + millis(65_001);

	private static final MembershipView BOTH = healthy(0, ALICE, BOB);

	private final Map<LocalReplica, FoldedReplica> folds = new HashMap<>();

	private long births = 1;

	@Test
	void theSmallestIdFoldsThoseWhoAreGoneOnceAllWereThereForAWhile() {
		LocalReplica alice = replica(ALICE, BOTH);
		alice.merge(served(20).consume(new Birth(ALICE, 1), tokens(1)).consume(new Birth(BOB, 1), tokens(2)));
		long level = alice.level();
		assertThat(folds(alice).fold(RESTED - millis(2))).isFalse();
		assertThat(folds(alice).fold(RESTED)).isTrue();
		assertThat(alice.level()).isEqualTo(level);
		assertThat(alice.state().consumed()).isEqualTo(TokenBucketState.empty()
			.consume(new Birth(ALICE, 1), tokens(1))
			.consume(new Birth(BOB, 1), tokens(2))
			.consumed());
		assertThat(alice.state().granted().size()).isZero();
		assertThat(folds(alice).fold(RESTED + 1)).isFalse();
	}

	@Test
	void nobodyFoldsForLittleNorBesidesNorApart() {
		LocalReplica little = replica(ALICE, BOTH);
		little.merge(served(18));
		assertThat(folds(little).fold(RESTED)).isFalse();
		LocalReplica larger = replica(BOB, healthy(0, BOB, ALICE));
		larger.merge(served(20));
		assertThat(folds(larger).fold(RESTED)).isFalse();
		LocalReplica degraded = replica(ALICE, view(0, ALICE, lost(BOB, 0, 0)));
		degraded.merge(served(20));
		assertThat(folds(degraded).fold(RESTED)).isFalse();
	}

	@Test
	void theLatestBirthOfALivingMemberStays() {
		LocalReplica alice = replica(ALICE, BOTH);
		TokenBucketState state = served(20).consume(new Birth(BOB, 1), tokens(7))
			.giveBack(new Birth(BOB, 2), tokens(3))
			.consume(new Birth(BOB, 3), tokens(5));
		alice.merge(state);
		folds(alice).fold(RESTED);
		assertThat(alice.state().consumed().get(new Birth(BOB, 3))).isEqualTo(tokens(5));
		assertThat(alice.state().entries()).isEqualTo(1);
		assertThat(alice.level()).isEqualTo(LIMIT.level(state));
	}

	@Test
	void messagesSayWhatWasFoldedUntilNobodyCanLackIt() {
		LocalReplica alice = folded();
		assertThat(alice.state().fold().last()).isNotNull();
		alice.settle(FORGOTTEN);
		folds(alice).fold(FORGOTTEN - millis(10));
		assertThat(alice.state().fold().last()).isNotNull();
		assertThat(folds(alice).fold(FORGOTTEN)).isFalse();
		assertThat(alice.state().fold().last()).isNull();
	}

	@Test
	void whoLacksTheFoldFollowsIt() {
		LocalReplica alice = folded();
		LocalReplica bob = replica(BOB, healthy(0, BOB, ALICE));
		bob.merge(served(20));
		bob.spend(tokens(30));
		assertThat(receive(bob, alice.state())).isTrue();
		assertThat(receive(alice, bob.state())).isTrue();
		assertThat(bob.state()).isEqualTo(alice.state());
		assertThat(bob.level()).isEqualTo(LIMIT.level(served(20)) - tokens(30)).isEqualTo(alice.level());
		assertThat(bob.birth()).isEqualTo(new Birth(BOB, 1));
	}

	@Test
	void aBucketThatIsUsedBeforeItIsKnownBringsWhatWasSpentOfIt() {
		LocalReplica twice = foldedTwice(folded());
		long level = twice.level();
		LocalReplica late = replica(CAROL, healthy(0, CAROL, ALICE, BOB));
		late.spend(tokens(40));
		assertThat(receive(twice, late.state())).isFalse();
		assertThat(receive(late, twice.state())).isTrue();
		assertThat(late.level()).isEqualTo(level - tokens(40));
		assertThat(receive(twice, late.state())).isTrue();
		assertThat(twice.level()).isEqualTo(level - tokens(40));
	}

	@Test
	void whatWasGivenBackToABucketBeforeItIsKnownIsNotBroughtAsSpent() {
		LocalReplica twice = foldedTwice(folded());
		long level = twice.level();
		LocalReplica late = replica(CAROL, healthy(0, CAROL, ALICE, BOB));
		late.spend(tokens(40));
		assertThat(late.giveBack(tokens(15))).isEqualTo(tokens(15));
		assertThat(receive(late, twice.state())).isTrue();
		assertThat(late.level()).isEqualTo(level - tokens(25));
	}

	@Test
	void whoMissedFoldsCarriesOverWhatOthersCannotKnowAndNoMoreThanLacksFromFull() {
		TokenBucketState others = foldedTwice(folded()).state();
		LocalReplica bob = away(tokens(100));
		assertThat(receive(bob, others)).isTrue();
		assertThat(bob.level()).isEqualTo(LIMIT.level(others) - tokens(100));
		assertThat(bob.birth()).isEqualTo(new Birth(BOB, 2));
		LocalReplica refilled = away(tokens(700));
		refilled.settle(FORGOTTEN + Duration.ofSeconds(2).toNanos());
		long missing = LIMIT.capacity() - refilled.level();
		receive(refilled, others);
		assertThat(refilled.level()).isEqualTo(LIMIT.level(others) - missing);
	}

	@Test
	void whoLacksOneFoldWaitsForWhatItTookOut() {
		LocalReplica alice = folded();
		TokenBucketState withBaseline = alice.state();
		LocalReplica bob = away(tokens(100));
		assertThat(receive(bob, withBaseline.forgetBaseline())).isFalse();
		assertThat(receive(bob, withBaseline)).isTrue();
		assertThat(bob.birth()).isEqualTo(new Birth(BOB, 1));
		LocalReplica alone = away(tokens(100));
		receive(alone, withBaseline.forgetBaseline());
		alone.settle(FORGOTTEN + Duration.ofSeconds(2).toNanos());
		assertThat(receive(alone, withBaseline.forgetBaseline())).isTrue();
		assertThat(alone.birth().number()).isGreaterThan(1);
	}

	@Test
	void whoTakesOverAFoldedBucketHoldsAsideNothingThatMembersSpentBefore() {
		TokenBucketState others = foldedTwice(folded()).state()
			.consume(new Birth(ALICE, 1), tokens(45_000))
			.consume(new Birth(BOB, 1), tokens(5_000))
			.grant(List.of(BOB), tokens(50_000));
		LocalReplica joiner = replica(CAROL, healthy(0, CAROL, ALICE, BOB));
		assertThat(receive(joiner, others)).isTrue();
		joiner.adopt(view(1, CAROL, heard(ALICE, 1), lost(BOB, 0, 1)), 1);
		assertThat(joiner.reserved()).isBetween(0L, LIMIT.capacity());
	}

	@Test
	void aForgedFoldThatLeavesNoRoomToCountIsRefused() {
		LocalReplica alice = replica(ALICE, BOTH);
		alice.spend(tokens(600));
		long most = Long.MAX_VALUE / 2;
		assertThat(receive(alice, under(new Fold(1L << 40, 5, most, 0, most, null)))).isFalse();
		assertThat(alice.level()).isEqualTo(tokens(400));
		assertThat(alice.merge(served(1))).isTrue();
	}

	// Spent the first part while all were heard, and the rest since.
	private LocalReplica away(long apart) {
		LocalReplica bob = replica(BOB, healthy(0, BOB, ALICE));
		bob.merge(TokenBucketState.empty()
			.consume(new Birth(CAROL, 1), tokens(90_000))
			.grant(List.of(CAROL), tokens(89_900)));
		bob.spend(tokens(200));
		bob.remember(1, RESTED);
		bob.adopt(view(2, BOB, lost(ALICE, 1, 2)), 2);
		bob.settle(FORGOTTEN);
		bob.spend(apart);
		return bob;
	}

	@Test
	void aForgedFoldHidesNoSpendingAndMakesNoTokens() {
		LocalReplica alice = replica(ALICE, BOTH);
		alice.spend(tokens(600));
		TokenBucketState lie = TokenBucketState.empty().consume(new Birth(ALICE, 1), tokens(700));
		receive(alice, lie.fold(lie.consumed(), GCounter.empty(), GCounter.empty()));
		assertThat(alice.level()).isLessThanOrEqualTo(tokens(400));
		for (int number = 1; number < 5; number++) {
			TokenBucketState full = under(new Fold(number, 5, 0, 0, 0, null));
			receive(alice, full);
			assertThat(alice.level()).isLessThanOrEqualTo(tokens(400));
		}
		receive(alice, under(new Fold(1L << 40, 5, 0, 0, 0, null)));
		long level = alice.level();
		assertThat(receive(alice, under(served(20), alice.fold()))).isTrue();
		assertThat(folds(alice).fold(RESTED)).isFalse();
		assertThat(alice.level()).isEqualTo(level - tokens(20));
	}

	// Its first state is that of twenty processes that are gone.
	private LocalReplica folded() {
		LocalReplica alice = replica(ALICE, BOTH);
		alice.merge(served(20));
		assertThat(folds(alice).fold(RESTED)).isTrue();
		return alice;
	}

	private LocalReplica foldedTwice(LocalReplica alice) {
		alice.settle(FORGOTTEN);
		folds(alice).fold(FORGOTTEN);
		alice.merge(under(served(60), alice.fold()));
		assertThat(folds(alice).fold(FORGOTTEN + 1)).isTrue();
		return alice;
	}

	private FoldedReplica folds(LocalReplica replica) {
		return this.folds.computeIfAbsent(replica, FoldedReplica::new);
	}

	private boolean receive(LocalReplica replica, TokenBucketState remote) {
		TokenBucketState met = folds(replica).meet(remote, () -> new Birth(replica.birth().member(), ++this.births));
		if (met == null) {
			return false;
		}
		replica.merge(replica.credible(met));
		return true;
	}

	private static TokenBucketState under(Fold fold) {
		return under(TokenBucketState.empty(), fold);
	}

	private static TokenBucketState under(TokenBucketState counters, Fold fold) {
		return new TokenBucketState(counters.consumed(), counters.returned(), counters.granted(), 0, fold);
	}

	private static TokenBucketState served(int processes) {
		TokenBucketState state = TokenBucketState.empty();
		for (int i = 1; i <= processes; i++) {
			MemberId gone = new MemberId("gone", i);
			state = state.consume(new Birth(gone, 1), tokens(10)).grant(List.of(gone), tokens(9));
		}
		return state;
	}

	private static LocalReplica replica(MemberId self, MembershipView view) {
		return new LocalReplica(LIMIT, LIMIT.initial(), new Birth(self, 1), view, millis(100), RESTED, 0);
	}

}
