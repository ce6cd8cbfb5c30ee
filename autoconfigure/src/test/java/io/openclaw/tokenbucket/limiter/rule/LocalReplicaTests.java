package io.openclaw.tokenbucket.limiter.rule;

import java.time.Duration;
import java.util.List;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.membership.MembershipView;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.healthy;
import static io.openclaw.tokenbucket.limiter.Fleets.heard;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.lost;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocalReplica}: refill and what changes with the members. What a
 * message may do to it is in {@link LocalReplicaMergeTests}.
 */
class LocalReplicaTests {

	private static final long START = Long.MAX_VALUE - millis(1000);

	private static final long HOUR = Duration.ofHours(1).toNanos();

	private static final Limit LIMIT = limit(1000, "200");

	static LongStream seeds() {
		return LongStream.range(0, 50);
	}

	@Test
	void refillAccruesInEqualPartsOnTheSharesOfTheMembersHeard() {
		LocalReplica replica = replica(LIMIT, healthy(START, ALICE, BOB, CAROL, DAVE));
		replica.spend(tokens(1000));
		replica.settle(START + millis(1000));
		assertThat(replica.level()).isEqualTo(tokens(200));
		assertThat(granted(replica, ALICE, BOB, CAROL, DAVE)).containsOnly(tokens(50));
	}

	// They refilled alike, but not to the same micro-token.
	@Test
	void aJoinerThatIsCountedMaySpendAllThoughAFewMicroTokensAreTooMany() {
		LocalReplica joiner = replica(LIMIT, MembershipView.joining(ALICE, 5, START));
		joiner.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(5)).grant(List.of(BOB), tokens(5) + 3));
		joiner.adopt(healthy(START, ALICE, BOB), START);
		assertThat(joiner.spendable()).isEqualTo(tokens(1000) + 3);
	}

	@Test
	void aJoinerThatIsCountedMaySpendAllOfABucketThatIsTrimmedLater() {
		LocalReplica joiner = replica(LIMIT, MembershipView.joining(BOB, 5, START));
		joiner.merge(TokenBucketState.empty().grant(List.of(ALICE), tokens(50)));
		joiner.adopt(healthy(START, BOB, ALICE), START);
		assertThat(joiner.spendable()).isEqualTo(tokens(1000));
	}

	@Test
	void theShareOfAMemberThatIsNotHeardStops() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)));
		replica.spend(tokens(600));
		replica.settle(START + millis(1500));
		assertThat(replica.level()).isEqualTo(tokens(400 + 200));
		assertThat(granted(replica, ALICE, BOB)).containsOnly(tokens(100));
		assertThat(granted(replica, CAROL)).containsOnly(0L);
	}

	@Test
	void refillNeverLiftsWhatMayBeSpentAboveTheHeardPartOfTheCapacity() {
		LocalReplica replica = replica(LIMIT,
				view(START, ALICE, heard(BOB, START), lost(CAROL, START, START), lost(DAVE, START, START)));
		assertThat(replica.spendable()).isEqualTo(tokens(500));
		replica.spend(tokens(300));
		replica.settle(START + HOUR);
		assertThat(replica.spendable()).isEqualTo(tokens(500));
	}

	@Test
	void anIdleHourAtTheCapIsNotMadeUpForLater() {
		for (MembershipView view : new MembershipView[] { healthy(START, ALICE, BOB),
				view(START, ALICE, lost(BOB, START, START)) }) {
			LocalReplica replica = replica(LIMIT, view);
			long full = replica.spendable();
			replica.settle(START + HOUR);
			replica.spend(tokens(400));
			replica.settle(START + HOUR + 10);
			assertThat(replica.spendable()).isLessThanOrEqualTo(full - tokens(400) + 2);
		}
	}

	@Test
	void whatAMemberLostWouldHaveRefilledIsNotMadeUpForWhenItIsHeardAgain() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START)));
		replica.spend(tokens(1000));
		MembershipView healed = healthy(START + millis(2000), ALICE, BOB);
		replica.adopt(healed, START + millis(2000));
		replica.settle(START + millis(3000));
		assertThat(replica.level()).isEqualTo(tokens(200 + 200));
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void noTouchCreatesOrLosesTokens(long seed) {
		Random random = new Random(seed);
		Limit limit = limit(1_000_000, "0.37");
		LocalReplica replica = replica(limit, healthy(START, ALICE, BOB, CAROL));
		long spent = tokens(random.nextInt(1, 1_000_000));
		replica.spend(spent);
		long elapsed = 0;
		for (int touch = 0; touch < 1000; touch++) {
			elapsed += random.nextLong(1L << random.nextInt(1, 34));
			replica.settle(START + elapsed);
			long share = Math.round(Math.floor(elapsed * 0.37 / 3 / 1000));
			assertThat((replica.level() - limit.capacity() + spent) / 3).as("seed %d, touch %d", seed, touch)
				.isBetween(share - 1, share + 1);
			assertThat(limit.level(replica.state())).as("seed %d, touch %d", seed, touch).isEqualTo(replica.level());
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void theTimeToHaveAnAmountIsExact(long seed) {
		Random random = new Random(seed);
		int peers = random.nextInt(3);
		MemberId[] others = { BOB, CAROL, DAVE };
		LocalReplica replica = replica(LIMIT, healthy(START, ALICE, Arrays.copyOf(others, peers)));
		replica.spend(tokens(1000) + random.nextLong(tokens(1000)));
		long cost = 1 + random.nextLong(tokens(900));
		long nanos = spending(replica).nanosToHave(cost, replica.spendable());
		replica.settle(START + nanos - 1);
		assertThat(replica.spendable()).as("seed %d", seed).isLessThan(cost);
		replica.settle(START + nanos);
		assertThat(replica.spendable()).as("seed %d", seed).isGreaterThanOrEqualTo(cost);
	}

	@Test
	void whatCostsTheWholeCapacityComesAgain() {
		Limit limit = limit(10, "3");
		LocalReplica replica = replica(limit, healthy(START, ALICE, BOB, CAROL));
		replica.spend(tokens(10));
		long nanos = spending(replica).nanosToHave(tokens(10), replica.spendable());
		replica.settle(START + nanos);
		assertThat(replica.spendable()).isEqualTo(tokens(10));
		assertThat(limit.level(replica.state())).isEqualTo(tokens(10));
		replica.settle(START + HOUR);
		assertThat(replica.level()).isEqualTo(tokens(10));
	}

	@Test
	void whatCostsMoreThanTheHeardPartComesWhenThatIsFull() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START)));
		replica.spend(tokens(400));
		long full = spending(replica).nanosToHave(tokens(500), replica.spendable());
		assertThat(spending(replica).nanosToHave(tokens(501), replica.spendable())).isEqualTo(full);
		assertThat(spending(replica).nanosToHave(tokens(1001), replica.spendable())).isEqualTo(Long.MAX_VALUE);
		LocalReplica replaced = replica(LIMIT, MembershipView.ignored(ALICE, FleetState.REPLACED, 2, START));
		assertThat(spending(replaced).nanosToHave(tokens(1), replaced.spendable())).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void aBucketIsSettledFromTheActivationOfItsLimit() {
		Limit limit = limit("rating", 1000, "200", 100);
		assertThat(replica(limit, MembershipView.alone(ALICE, START)).level()).isEqualTo(tokens(100));
		LocalReplica late = new LocalReplica(limit, limit.initial(), new Birth(ALICE, 1), healthy(START, ALICE, BOB),
				millis(100), START - millis(2000), START);
		late.settle(START);
		assertThat(late.level()).isEqualTo(tokens(500));
	}

	@Test
	void aRemovedMembersShareIsCreditedForItsSilence() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)));
		replica.spend(tokens(900));
		replica.settle(START + millis(600));
		long before = replica.level();
		replica.adopt(healthy(START + millis(600), ALICE, BOB), START + millis(600));
		assertThat(replica.level() - before).isEqualTo(tokens(40));
		assertThat(granted(replica, CAROL)).containsOnly(tokens(40));
		assertThat(replica.spendable()).isEqualTo(replica.level());
	}

	@Test
	void membersThatRemoveTheSameOneAfterAnotherCreditItOnce() {
		LocalReplica replica = replica(LIMIT, healthy(START, ALICE, BOB, CAROL));
		replica.spend(tokens(900));
		replica.settle(START + millis(300));
		replica.adopt(view(START + millis(300), ALICE, heard(BOB, START), lost(CAROL, START, START + millis(300))),
				START + millis(300));
		TokenBucketState creditedByBob = replica.state().grant(List.of(CAROL), tokens(40));
		replica.merge(creditedByBob);
		replica.adopt(healthy(START + millis(900), ALICE, BOB), START + millis(900));
		assertThat(granted(replica, CAROL)).containsOnly(tokens(20 + 40));
	}

	@Test
	void aMemberThatJoinsAgainCreditsNobodyASecondTime() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)));
		replica.spend(tokens(900));
		replica.adopt(MembershipView.joining(ALICE, 3, START + millis(300)), START + millis(300));
		TokenBucketState creditedByBob = replica.state().grant(List.of(CAROL), tokens(40));
		replica.merge(creditedByBob);
		replica.adopt(view(START + millis(600), ALICE, heard(BOB, START), lost(CAROL, START, START)),
				START + millis(600));
		replica.adopt(healthy(START + millis(600), ALICE, BOB), START + millis(600));
		assertThat(granted(replica, CAROL)).containsOnly(tokens(40));
	}

	@Test
	void aMemberThatLearnsOfALossOnlyWhenItIsCountedLeavesTheCreditToOthers() {
		LocalReplica replica = replica(LIMIT, MembershipView.joining(ALICE, 3, START));
		replica.merge(replica.state().consume(new Birth(BOB, 1), tokens(900)).grant(List.of(CAROL), tokens(40)));
		replica.adopt(view(START + millis(600), ALICE, heard(BOB, START), lost(CAROL, START, START)),
				START + millis(600));
		replica.adopt(healthy(START + millis(900), ALICE, BOB), START + millis(900));
		assertThat(granted(replica, CAROL)).containsOnly(tokens(40));
	}

	@Test
	void theCreditIsByTheRatesThatHeldDuringTheSilence() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)));
		replica.spend(tokens(900));
		replica.change(limit(1000, "2000"), START + millis(300));
		replica.adopt(healthy(START + millis(330), ALICE, BOB), START + millis(330));
		assertThat(granted(replica, CAROL)).containsOnly(tokens(20 + 20));
	}

	@Test
	void aBucketThatIsCreatedDuringTheSilenceIsCreditedFromThenOn() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)),
				START + millis(900));
		replica.spend(tokens(900));
		replica.adopt(healthy(START + millis(1200), ALICE, BOB), START + millis(1200));
		assertThat(granted(replica, CAROL)).containsOnly(tokens(20));
	}

	@Test
	void ofACapacityThatShrankWhileOthersAreLostOnlyThePartOfTheNewOneIsSpentOnce() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START)));
		replica.change(limit(100, "10"), START);
		assertThat(replica.spendable()).isEqualTo(tokens(50));
		replica.spend(tokens(50));
		assertThat(replica.spendable()).isZero();
		replica.settle(START + millis(1000));
		assertThat(replica.spendable()).isEqualTo(tokens(5));
		replica.settle(START + HOUR);
		assertThat(replica.spendable()).isEqualTo(tokens(50));
	}

	@Test
	void whatIsWithheldIsNotFreedByWhatIsSpent() {
		LocalReplica replica = replica(limit(150, "10"), view(START, ALICE, lost(BOB, START, START)));
		replica.change(limit(100, "10"), START);
		assertThat(replica.spendable()).isEqualTo(tokens(50));
		replica.spend(tokens(50));
		assertThat(replica.level()).isEqualTo(tokens(100));
		assertThat(replica.spendable()).isZero();
		replica.merge(replica.state().consume(new Birth(CAROL, 1), 1));
		assertThat(replica.spendable()).isNotPositive();
	}

	// Carol is not heard here, but there.
	@Test
	void whereSomebodyElseConsumesTheExcessNothingIsWithheldAnyMore() {
		LocalReplica replica = replica(LIMIT, view(START, BOB, heard(ALICE, START), lost(CAROL, START, START)));
		replica.change(limit(300, "30"), START);
		assertThat(replica.spendable()).isEqualTo(tokens(200));
		replica.merge(TokenBucketState.empty().consume(new Birth(ALICE, 1), tokens(700)));
		assertThat(replica.spendable()).isBetween(tokens(-100), 0L);
		replica.settle(START + HOUR);
		assertThat(replica.spendable()).isEqualTo(tokens(200));
	}

	@Test
	void theExcessOfACapacityThatShrankPaysForNothingOnceAllAreHeard() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START)));
		replica.change(limit(100, "10"), START);
		replica.spend(tokens(50));
		replica.merge(TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(50)));
		replica.adopt(healthy(START, ALICE, BOB), START);
		assertThat(replica.trimExcess()).isTrue();
		assertThat(replica.level()).isZero();
		assertThat(replica.trimExcess()).isFalse();
	}

	@Test
	void aMemberThatIsLostRightAfterACapacityShrankHoldsItsPartOfTheNewOne() {
		LocalReplica replica = replica(LIMIT, healthy(START, ALICE, BOB));
		replica.remember(START, HOUR);
		replica.change(limit(100, "10"), START + millis(100));
		replica.trimExcess();
		replica.adopt(view(START + millis(600), ALICE, lost(BOB, START + millis(200), START + millis(600))),
				START + millis(600));
		assertThat(replica.spendable()).isEqualTo(tokens(50));
	}

	@Test
	void losingAndHearingMembersFreesNothingOfACapacityThatShrank() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)));
		replica.change(limit(300, "10"), START);
		assertThat(replica.spendable()).isEqualTo(tokens(200));
		replica.spend(tokens(150));
		for (int i = 0; i < 5; i++) {
			replica.adopt(view(START, ALICE, lost(BOB, START, START), lost(CAROL, START, START)), START);
			assertThat(replica.spendable()).isEqualTo(tokens(50));
			replica.adopt(view(START, ALICE, heard(BOB, START), lost(CAROL, START, START)), START);
			assertThat(replica.spendable()).isEqualTo(tokens(50));
		}
	}

	// By then the others may have left nothing.
	@Test
	void whereNothingIsLeftNothingIsWithheld() {
		LocalReplica replica = replica(limit(100, "10"), healthy(START, ALICE, BOB));
		replica.remember(START, HOUR);
		replica
			.merge(TokenBucketState.empty().consume(new Birth(ALICE, 0), tokens(100)).grant(List.of(BOB), tokens(101)));
		replica.adopt(view(START + millis(300), ALICE, lost(BOB, START + millis(200), START + millis(300))),
				START + millis(300));
		assertThat(replica.level()).isGreaterThan(tokens(100));
		assertThat(replica.spendable()).isBetween(tokens(-60), 0L);
	}

	@Test
	void aCapacityThatShrankAndGrewAgainWhileOthersAreLostIsWhatItWas() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START)));
		replica.change(limit(100, "10"), START);
		replica.spend(tokens(20));
		replica.change(LIMIT, START);
		assertThat(replica.spendable()).isEqualTo(tokens(480));
	}

	@Test
	void theCreditOfRemovedMembersIsUpToFull() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START), lost(CAROL, START, START)));
		replica.spend(tokens(300));
		replica.adopt(MembershipView.alone(ALICE, START + HOUR), START + HOUR);
		assertThat(replica.level()).isEqualTo(tokens(1000));
	}

	@Test
	void fallingBackToJoiningRemovesNobodyAndCreditsNothing() {
		LocalReplica replica = replica(LIMIT, view(START, ALICE, lost(BOB, START, START), lost(CAROL, START, START)));
		replica.spend(tokens(300));
		replica.adopt(MembershipView.joining(ALICE, 3, START + HOUR), START + HOUR);
		assertThat(granted(replica, BOB, CAROL)).containsOnly(0L);
	}

	@Test
	void aMemberThatLeavesWhileItIsHeardIsNotCredited() {
		LocalReplica replica = replica(LIMIT, healthy(START, ALICE, BOB));
		replica.spend(tokens(900));
		replica.adopt(MembershipView.alone(ALICE, START), START);
		assertThat(replica.level()).isEqualTo(tokens(100));
	}

	@Test
	void aJoinerMaySpendItsPartOfTheInitialTokensAndRefillsNothing() {
		LocalReplica replica = replica(limit("rating", 1000, "200", 600), MembershipView.joining(ALICE, 3, START));
		assertThat(replica.spendable()).isEqualTo(tokens(200));
		replica.spend(tokens(150));
		replica.settle(START + HOUR);
		assertThat(replica.spendable()).isEqualTo(tokens(50));
		assertThat(granted(replica, ALICE)).containsOnly(0L);
	}

	@Test
	void aJoinerMayTryAgainWhenItIsCountedAsFarAsThereIsAnything() {
		LocalReplica replica = replica(LIMIT, MembershipView.joining(ALICE, 3, START));
		replica.spend(replica.spendable());
		assertThat(spending(replica).nanosToHave(tokens(600), replica.spendable())).isEqualTo(millis(1000));
		assertThat(spending(replica).nanosToHave(tokens(1000), replica.spendable()))
			.isEqualTo(LIMIT.refillRate().nanosToAccrue(tokens(1000) - replica.level()));
		assertThat(spending(replica).nanosToHave(tokens(1001), replica.spendable())).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void whoeverMeetsAJoinerThatIsNotCountedComesBackEverLater() {
		LocalReplica replica = replica(LIMIT, MembershipView.joining(ALICE, 3, START));
		replica.spend(replica.spendable());
		for (long seconds : new long[] { 2, 10, 3600 }) {
			replica.settle(START + millis(1000 * seconds));
			replica.adopt(MembershipView.joining(ALICE, 4, START + millis(1000 * seconds)),
					START + millis(1000 * seconds));
			assertThat(spending(replica).nanosToHave(tokens(600), replica.spendable()))
				.isEqualTo(millis(1000 * seconds));
		}
		replica.adopt(healthy(START + HOUR, ALICE, BOB), START + HOUR);
		replica.adopt(MembershipView.joining(ALICE, 4, START + HOUR), START + HOUR);
		assertThat(spending(replica).nanosToHave(tokens(600), replica.spendable())).isEqualTo(millis(1000));
	}

	@Test
	void aReplacedMemberSpendsNothing() {
		LocalReplica replica = replica(LIMIT, MembershipView.ignored(ALICE, FleetState.REPLACED, 3, START));
		assertThat(replica.spendable()).isZero();
		replica.settle(START + HOUR);
		assertThat(replica.spendable()).isZero();
	}

	@Test
	void aJoinerThatIsCountedDoesNotMakeUpForTheTimeBefore() {
		LocalReplica replica = replica(LIMIT, MembershipView.joining(ALICE, 2, START));
		replica.spend(tokens(500));
		replica.adopt(healthy(START + HOUR, ALICE, BOB), START + HOUR);
		assertThat(replica.spendable()).isEqualTo(tokens(500));
	}

	@Test
	void withoutContactTheUnknownMembersPartsAreHeldAside() {
		LocalReplica replica = replica(LIMIT, MembershipView.member(ALICE, 4, Set.of(), Set.of(), START));
		assertThat(replica.spendable()).isEqualTo(tokens(250));
		replica.spend(tokens(250));
		replica.settle(START + millis(1000));
		assertThat(replica.spendable()).isEqualTo(tokens(50));
	}

	private static LongStream granted(LocalReplica replica, MemberId... members) {
		TokenBucketState state = replica.state();
		return LongStream.of(Stream.of(members).mapToLong(state.granted()::get).toArray());
	}

	private static LocalReplica replica(Limit limit, MembershipView view) {
		return replica(limit, view, START);
	}

	private static LocalReplica replica(Limit limit, MembershipView view, long createdAt) {
		return new LocalReplica(limit, limit.initial(), new Birth(ALICE, 1), view, millis(100), createdAt, createdAt);
	}

	private static SpendingMode spending(LocalReplica replica) {
		return new ReplicatedSpending(replica, new Credit(replica.limit().capacity(), replica.view()));
	}

}
