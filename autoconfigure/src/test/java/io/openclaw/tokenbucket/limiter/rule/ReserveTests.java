package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
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
import static io.openclaw.tokenbucket.limiter.Fleets.neverHeard;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Reserve}.
 */
class ReserveTests {

	private static final Limit LIMIT = limit("rating", 1000, "200", 600);

	private static final long MARGIN = millis(100);

	private static final long KEEP = millis(3400);

	private static final long START = Long.MAX_VALUE - millis(1000);

	private final Reserve reserve = new Reserve();

	@Test
	void nothingIsHeldAsideWhileAllAreHeard() {
		remember(spent(0), 0);
		assertThat(sum(healthy(START, ALICE, BOB), spent(100))).isZero();
	}

	@Test
	void aMemberNeverHeardHasItsPartOfTheBucketAtCreation() {
		remember(spent(300), 0);
		assertThat(sum(view(START, ALICE, neverHeard(BOB, START)), spent(300))).isEqualTo(tokens(300));
		assertThat(sum(view(START, ALICE, neverHeard(BOB, START), heard(CAROL, START)), spent(300)))
			.isEqualTo(tokens(200));
	}

	@Test
	void unknownMembersHaveTheirPartsOfTheInitialTokens() {
		MembershipView view = MembershipView.member(ALICE, 5, Set.of(heard(BOB, START)), Set.of(), START);
		assertThat(sum(view, spent(100))).isEqualTo(3 * tokens(120));
	}

	@Test
	void aLostMemberHasItsPartOfTheLevelWhenItWasLost() {
		remember(spent(0).grant(List.of(ALICE, BOB), tokens(50)), 0);
		remember(spent(700).grant(List.of(ALICE, BOB), tokens(50)), 1000);
		assertThat(sum(lostAt(600), spent(700).grant(List.of(ALICE, BOB), tokens(50)))).isEqualTo(tokens(350));
	}

	@Test
	void theNewestStateOlderThanTheLastMessageLessTheMarginCounts() {
		remember(spent(100), 0);
		remember(spent(200), 200);
		remember(spent(300), 400);
		assertThat(sum(lostAt(501), spent(300))).isEqualTo(tokens(150));
		assertThat(sum(lostAt(500), spent(300))).isEqualTo(tokens(200));
		assertThat(sum(lostAt(301), spent(300))).isEqualTo(tokens(200));
		assertThat(sum(lostAt(101), spent(300))).isEqualTo(tokens(250));
		assertThat(sum(lostAt(100), spent(300))).isEqualTo(tokens(300));
	}

	@Test
	void whatALostMemberIsKnownToHaveSpentSinceIsNoLongerHeldAside() {
		remember(spent(0), 0);
		TokenBucketState now = spent(0).consume(new Birth(BOB, 1), tokens(100)).consume(new Birth(BOB, 2), tokens(50));
		assertThat(sum(lostAt(200), now)).isEqualTo(tokens(150));
		assertThat(sum(lostAt(200), now.giveBack(new Birth(BOB, 2), tokens(20)))).isEqualTo(tokens(170));
		assertThat(sum(lostAt(200), now.consume(new Birth(BOB, 3), tokens(500)))).isZero();
	}

	@Test
	void grantsAfterTheLossAreHeldAsideUntilTheirSpendingIsKnown() {
		remember(spent(0).grant(List.of(BOB), tokens(40)), 0);
		TokenBucketState now = spent(0).grant(List.of(BOB), tokens(90));
		assertThat(sum(lostAt(200), now)).isEqualTo(tokens(320 + 50));
		assertThat(sum(lostAt(200), now.consume(new Birth(BOB, 1), tokens(50)))).isEqualTo(tokens(320));
		assertThat(sum(lostAt(200), now.grant(List.of(ALICE), tokens(70)))).isEqualTo(tokens(320 + 50));
	}

	@Test
	void nIsTodays() {
		remember(spent(0), 0);
		MembershipView larger = view(START, ALICE, lost(BOB, START + millis(200), START), heard(CAROL, START));
		assertThat(sum(larger, spent(0))).isEqualTo(tokens(200));
	}

	@Test
	void eachLostMemberIsReckonedFromItsOwnLoss() {
		remember(spent(0), 0);
		remember(spent(300), 200);
		MembershipView view = view(START, ALICE, lost(BOB, START + millis(150), START),
				lost(CAROL, START + millis(350), START));
		assertThat(sum(view, spent(300))).isEqualTo(tokens(200 + 100));
	}

	@Test
	void statesAreKeptAsLongAsTheyMayBeAskedForAndNoLonger() {
		for (int i = 0; i <= 100; i++) {
			remember(spent(i), i * 200);
		}
		long end = 100 * 200;
		assertThat(sum(lostAt(end), spent(100))).isEqualTo(tokens(600 - 99) / 2);
		assertThat(sum(lostAt(end - 3000), spent(100))).isEqualTo(tokens(600 - 84) / 2);
		assertThat(sum(lostAt(end - 3400), spent(100))).isEqualTo(tokens(600 - 82) / 2);
		assertThat(sum(lostAt(end - 4000), spent(100))).isEqualTo(tokens(600) / 2);
	}

	@Test
	void whatOneSpentBeyondItsPartFreesNothingOfAnothers() {
		remember(spent(0), 0);
		TokenBucketState now = spent(0).consume(new Birth(BOB, 1), tokens(350));
		assertThat(sum(bothLost(Set.of(), Set.of()), now)).isEqualTo(tokens(200));
	}

	@Test
	void whatOneSpentBeyondItsPartIsTheOthersWhereTheyAreKnownToExchangeIt() {
		remember(spent(0), 0);
		TokenBucketState now = spent(0).consume(new Birth(BOB, 1), tokens(350));
		assertThat(sum(bothLost(Set.of(CAROL), Set.of(BOB)), now)).isEqualTo(tokens(50));
		TokenBucketState more = now.consume(new Birth(CAROL, 1), tokens(90));
		assertThat(sum(bothLost(Set.of(CAROL), Set.of(BOB)), more)).isZero();
	}

	@Test
	void whoHadMostOfTheDemandMayHaveSpentItsCreditBeforeItNoticedItsLoss() {
		TokenBucketState busy = busy();
		loseBob(busy);
		double share = shareAfter(50);
		long credit = (long) (tokens(50) + share * tokens(450));
		assertThat(credit).isGreaterThan(tokens(400));
		assertThat(sum(lostAt(350), busy)).isCloseTo(credit, within(1L));
		TokenBucketState known = busy.consume(new Birth(BOB, 1), tokens(150));
		assertThat(sum(lostAt(350), known)).isCloseTo(credit - tokens(150), within(1L));
	}

	@Test
	void aLostMemberReckonedWithWhatOthersHaveSpentWithoutItsKnowledge() {
		TokenBucketState busy = busy();
		TokenBucketState spentHere = busy.consume(new Birth(ALICE, 1), tokens(200));
		loseBob(spentHere);
		assertThat(sum(lostAt(350), spentHere)).isCloseTo((long) (tokens(50) + shareAfter(50) * tokens(450)),
				within(1L));
	}

	@Test
	void demandThatHasFadedLeavesALostMemberItsPartOfTheLevel() {
		remember(spent(0), 0);
		remember(spent(0).consume(new Birth(BOB, 1), tokens(100)), 200);
		TokenBucketState later = spent(0).consume(new Birth(BOB, 1), tokens(100));
		expectCredit(lostAt(5_000), later, 5_700);
		assertThat(sum(lostAt(5_000), later)).isEqualTo(tokens(250));
	}

	@Test
	void creditIsForgottenOnceAMemberIsHeardAgain() {
		TokenBucketState busy = busy();
		loseBob(busy);
		this.reserve.follow(lostAt(350));
		assertThat(sum(lostAt(350), busy)).isGreaterThan(tokens(400));
		this.reserve.follow(healthy(START, ALICE, BOB));
		assertThat(sum(lostAt(350), busy)).isEqualTo(tokens(250));
	}

	@Test
	void creditIsForgottenOnceAMemberIsGone() {
		TokenBucketState busy = busy();
		loseBob(busy);
		this.reserve.follow(healthy(START, ALICE));
		assertThat(sum(lostAt(350), busy)).isEqualTo(tokens(250));
	}

	@Test
	void ofSeveralLostMembersEachIsReckonedWithItsOwnDemand() {
		TokenBucketState busy = busy();
		MembershipView lost = bothLostAt(350, Set.of(), Set.of());
		expectCredit(healthy(START, ALICE, BOB, CAROL), lost, busy, 1_000);
		double floor = 0.05 * 1000 / 3;
		double demand = 100 * Math.exp(-50 / 500.0);
		double share = (floor + demand) / (3 * floor + demand);
		long part = tokens(500) / 3;
		assertThat(sum(lost, busy)).isCloseTo((long) (tokens(50) + share * tokens(450)) + part, within(1L));
	}

	@Test
	void anyOneOfAGroupMayHaveSpentItsCreditAndTheOthersTheirParts() {
		TokenBucketState busy = busy();
		MembershipView apart = bothLostAt(350, Set.of(), Set.of());
		MembershipView together = bothLostAt(350, Set.of(CAROL), Set.of(BOB));
		expectCredit(healthy(START, ALICE, BOB, CAROL), together, busy, 1_000);
		assertThat(sum(together, busy)).isEqualTo(sum(apart, busy)).isGreaterThan(tokens(500));
	}

	@Test
	void creditBelowThePartOfTheLevelCountsForNothing() {
		remember(spent(0), 0);
		TokenBucketState busy = spent(200).consume(new Birth(BOB, 1), tokens(20));
		remember(busy, 200);
		expectCredit(lostAt(350), busy, 1_000);
		assertThat(sum(lostAt(350), busy)).isEqualTo(tokens(190));
	}

	// A member that lost another before it remembered a state.
	@Test
	void whatABucketOfAnotherIncludesWhenItArrivesIsNotSpentSinceTheLoss() {
		TokenBucketState old = spent(90_000).grant(List.of(ALICE, BOB), tokens(45_000));
		this.reserve.begin(old);
		assertThat(sum(lostAt(200), old)).isEqualTo(tokens(500));
		assertThat(sum(lostAt(200), old.consume(new Birth(BOB, 1), tokens(120)))).isEqualTo(tokens(380));
		assertThat(sum(lostAt(200), old.grant(List.of(BOB), tokens(7)))).isEqualTo(tokens(507));
	}

	@Test
	void aBucketThatArrivesYoungIsReckonedFromItsCreation() {
		TokenBucketState young = spent(0).consume(new Birth(BOB, 1), tokens(120));
		this.reserve.begin(young);
		assertThat(sum(lostAt(200), young)).isEqualTo(tokens(180));
	}

	@Test
	void aJoinerReckonsFromTheStateThatItJoinedWith() {
		TokenBucketState old = spent(90_300).grant(List.of(ALICE, BOB), tokens(45_000));
		this.reserve.join(spent(7));
		this.reserve.join(old);
		this.reserve.begin(spent(9));
		assertThat(sum(lostAt(200), old)).isEqualTo(tokens(150));
		assertThat(sum(view(START, ALICE, neverHeard(BOB, START)), old.consume(new Birth(BOB, 1), tokens(50))))
			.isEqualTo(tokens(100));
	}

	// Bob alone spends, and is heard last at 350.
	private TokenBucketState busy() {
		TokenBucketState busy = spent(0).consume(new Birth(BOB, 1), tokens(100));
		remember(spent(0), 0);
		remember(busy, 200);
		return busy;
	}

	// What a member has that spent 100 some time ago, and one other nothing.
	private static double shareAfter(long millis) {
		double floor = 0.05 * 1000 / 2;
		double demand = 100 * Math.exp(-millis / 500.0);
		return (floor + demand) / (2 * floor + demand);
	}

	private void loseBob(TokenBucketState state) {
		expectCredit(lostAt(350), state, 1_000);
	}

	private void expectCredit(MembershipView after, TokenBucketState state, long atMillis) {
		expectCredit(healthy(START, ALICE, BOB), after, state, atMillis);
	}

	private void expectCredit(MembershipView before, MembershipView after, TokenBucketState state, long atMillis) {
		this.reserve.expectCredit(before, after, LIMIT, LIMIT.level(state), state, MARGIN, START + millis(atMillis));
	}

	private static MembershipView bothLost(Set<MemberId> companyOfBob, Set<MemberId> companyOfCarol) {
		return bothLostAt(200, companyOfBob, companyOfCarol);
	}

	private static MembershipView bothLostAt(long lastReceivedMillis, Set<MemberId> companyOfBob,
			Set<MemberId> companyOfCarol) {
		long last = START + millis(lastReceivedMillis);
		return view(last, ALICE, lost(BOB, last, last, companyOfBob), lost(CAROL, last, last, companyOfCarol));
	}

	private void remember(TokenBucketState state, long atMillis) {
		this.reserve.remember(state, START + millis(atMillis), KEEP);
	}

	private long sum(MembershipView view, TokenBucketState state) {
		return this.reserve.sum(view, LIMIT, state, MARGIN);
	}

	private static MembershipView lostAt(long lastReceivedMillis) {
		long last = START + millis(lastReceivedMillis);
		return view(last, ALICE, lost(BOB, last, last));
	}

	private static TokenBucketState spent(long tokens) {
		return TokenBucketState.empty().consume(new Birth(ALICE, 1), tokens(tokens));
	}

}
