package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.decision.Settlement;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.FallbackQuota;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.Mode;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.BOB;
import static io.openclaw.tokenbucket.limiter.Fleets.CAROL;
import static io.openclaw.tokenbucket.limiter.Fleets.DAVE;
import static io.openclaw.tokenbucket.limiter.Fleets.limit;
import static io.openclaw.tokenbucket.limiter.Fleets.policy;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.LocalMember.KEY;
import static io.openclaw.tokenbucket.limiter.LocalMember.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Requests that take tokens in advance of their costs: of 1000, with 10 a second.
 */
class SettlementTests {

	private final LocalMember member = new LocalMember(policy(limit(1000, "10"), Consistency.BOUNDED));

	@Test
	void whatIsNotUsedComesBackAtOnceAndTravels() {
		Settlement settlement = this.member.reserve(500);
		assertThat(level()).isEqualTo(500);
		settlement.settle(120);
		assertThat(level()).isEqualTo(880);
		TokenBucketState published = this.member.publish().get(0).state();
		assertThat(published.consumed().sum()).isEqualTo(tokens(500));
		assertThat(published.returned().sum()).isEqualTo(tokens(380));
		assertThat(this.member.settled()).containsExactly(new SettlementEvent(LIMIT, KEY, SettlementEvent.Outcome.USED,
				tokens(500), tokens(120), tokens(380), 0));
	}

	@Test
	void whatIsLackingIsConsumedEvenBelowZeroUpToTheOverdraft() {
		Settlement first = this.member.reserve(600);
		Settlement second = this.member.reserve(400, 100);
		first.settle(900);
		assertThat(level()).isEqualTo(-300);
		second.settle(4000);
		assertThat(level()).isEqualTo(-400);
		assertThat(this.member.settled().get(1)).isEqualTo(new SettlementEvent(LIMIT, KEY, SettlementEvent.Outcome.USED,
				tokens(400), tokens(4000), 0, tokens(100)));
		assertThat(this.member.settled().get(1).unpaid()).isEqualTo(tokens(3500));
		Decision next = this.member.consume(1);
		assertThat(next.outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(next.timeToWait()).isEqualTo(Duration.ofMillis(40_100));
	}

	@Test
	void onlyTheFirstSettlementCounts() {
		Settlement settlement = this.member.reserve(500);
		assertThat(settlement.refund()).isTrue();
		assertThat(settlement.settle(400)).isFalse();
		assertThat(settlement.keep()).isFalse();
		assertThat(level()).isEqualTo(1000);
		assertThat(this.member.settled()).hasSize(1);
		assertThatIllegalArgumentException().isThrownBy(() -> settlement.settle(-1));
	}

	@Test
	void aReservationIsOpenUntilItIsSettled() {
		Settlement settlement = this.member.reserve(500);
		assertThat(open()).isEqualTo(1);
		settlement.keep();
		assertThat(open()).isZero();
		assertThat(level()).isEqualTo(500);
		assertThat(this.member.settled().get(0).outcome()).isEqualTo(SettlementEvent.Outcome.KEPT);
	}

	@Test
	void whatFlowedIntoTheRoomOfAReservationDoesNotComeBackAgain() {
		Settlement first = this.member.reserve(500);
		Settlement second = this.member.reserve(300);
		this.member.advance(Duration.ofSeconds(60));
		this.member.consume(100);
		// Of what they took 200 are missing; an ideal bucket would have been full.
		first.settle(0);
		assertThat(level()).isEqualTo(1000 - 100);
		second.settle(0);
		assertThat(level()).isEqualTo(1000 - 100);
	}

	@Test
	void ofABucketThatWasDroppedMeanwhileNothingComesBackAndWhatIsLackingIsConsumed() {
		Settlement settlement = this.member.reserve(500);
		Settlement costly = this.member.reserve(100);
		drop();
		this.member.consume(600);
		settlement.settle(0);
		assertThat(level()).isEqualTo(400);
		costly.settle(150);
		assertThat(level()).isEqualTo(350);
		assertThat(open()).isZero();
	}

	@Test
	void aCapacityThatShrinksMeanwhileIsNotExceeded() {
		Settlement settlement = this.member.reserve(500);
		change(600);
		settlement.settle(0);
		assertThat(level()).isEqualTo(600);
	}

	@Test
	void aCapacityThatGrowsMeanwhileGivesNoMoreBackThanWasTaken() {
		Settlement settlement = this.member.reserve(500);
		change(5000);
		settlement.settle(0);
		assertThat(level()).isEqualTo(1000);
	}

	@Test
	void inFallbackTokensComeBackToThePartThatTheyWereSpentFrom() {
		fallBack();
		Settlement settlement = this.member.reserve(200);
		assertThat(spendable()).isEqualTo(50);
		settlement.settle(80);
		assertThat(spendable()).isEqualTo(170);
	}

	@Test
	void whatWasTakenBeforeFallbackDoesNotComeBackToThePartThatNeverMissedIt() {
		Settlement settlement = this.member.reserve(200);
		fallBack();
		assertThat(spendable()).isEqualTo(200);
		settlement.settle(0);
		assertThat(spendable()).isEqualTo(200);
		recover();
		assertThat(spendable()).isEqualTo(1000);
	}

	@Test
	void apartFromOthersTokensComeBackToTheSideThatSpentThem() {
		this.member.hear(BOB);
		Settlement settlement = this.member.reserve(400);
		this.member.store()
			.membershipChanged(
					Fleets.view(this.member.now(), ALICE, Fleets.lost(BOB, this.member.now(), this.member.now())),
					this.member.now());
		long before = spendable();
		settlement.settle(100);
		assertThat(spendable()).isEqualTo(before + 300);
	}

	@Test
	void ofNoTokensARequestIsAdmittedWhileTheBucketHasAny() {
		this.member.consume(999);
		Settlement first = this.member.reserve(0, 1000);
		Settlement second = this.member.reserve(0, 1000);
		first.settle(10);
		second.settle(0);
		assertThat(level()).isEqualTo(-9);
		assertThat(reserve(0).outcome()).isEqualTo(Outcome.REJECTED);
		this.member.advance(Duration.ofMillis(901));
		assertThat(reserve(0).outcome()).isEqualTo(Outcome.ADMITTED);
	}

	@Test
	void aRequestThatWaitsGetsItsSettlementOnceItIsAdmitted() {
		this.member.hear(BOB);
		this.member.consume(600);
		JointDecision waiting = reserve(300);
		assertThat(waiting.outcome()).isEqualTo(Outcome.WAITING);
		this.member.publish();
		this.member.acknowledge();
		Settlement settlement = settlement(Objects.requireNonNull(waiting.completion()));
		settlement.settle(50);
		assertThat(level()).isEqualTo(350);
	}

	@Test
	void aRequestThatIsGivenUpWhileItWaitsLeavesNothingOpen() {
		this.member.hear(BOB);
		this.member.consume(600);
		JointDecision waiting = reserve(300);
		Objects.requireNonNull(waiting.completion()).toCompletableFuture().cancel(false);
		this.member.publish();
		this.member.acknowledge();
		assertThat(level()).isEqualTo(400);
		assertThat(open()).isZero();
	}

	@Test
	void severalLimitsSettleEachForItself() {
		LocalMember several = new LocalMember(policy(limit("key", 100, "1", 100), Consistency.BOUNDED),
				policy(limit("all", 1000, "1", 1000), Consistency.BOUNDED));
		JointDecision decision = several.limiter()
			.tryConsume(List.of(Charge.inAdvance("key", "a", 50, 0), Charge.inAdvance("all", "b", 50, 50),
					new Charge("key", "c", 1)));
		Objects.requireNonNull(decision.decisions().get(0).settlement()).settle(80);
		Objects.requireNonNull(decision.decisions().get(1).settlement()).settle(80);
		assertThat(decision.decisions().get(2).settlement()).isNull();
		assertThat(several.limiter().peek("key", "a").level()).isEqualTo(tokens(50));
		assertThat(several.limiter().peek("all", "b").level()).isEqualTo(tokens(920));
		JointDecision rejected = several.limiter()
			.tryConsume(List.of(Charge.inAdvance("key", "a", 60, 0), Charge.inAdvance("all", "b", 60, 0)));
		assertThat(rejected.decisions()).extracting(Decision::settlement).containsOnlyNulls();
		assertThat(several.limiter().openReservations("all")).isZero();
	}

	@Test
	void aShadowSettlesWhatItConsumedAndNothingElse() {
		LocalMember shadowed = new LocalMember(
				new LimitPolicy(limit(1000, "10"), Consistency.BOUNDED, Duration.ZERO, Mode.SHADOW));
		shadowed.reserve(700).settle(100);
		assertThat(shadowed.status().level()).isEqualTo(tokens(900));
		shadowed.consume(800);
		JointDecision rejected = shadowed.limiter().tryConsume(List.of(Charge.inAdvance(LIMIT, KEY, 700, 0)));
		assertThat(rejected.decisions().get(0).outcome()).isEqualTo(Outcome.SHADOW_REJECTED);
		assertThat(rejected.decisions().get(0).settlement()).isNull();
	}

	private JointDecision reserve(long tokens) {
		return this.member.limiter().tryConsume(List.of(Charge.inAdvance(LIMIT, KEY, tokens, tokens)));
	}

	private static Settlement settlement(CompletionStage<JointDecision> completion) {
		JointDecision decision = completion.toCompletableFuture().getNow(null);
		return Objects.requireNonNull(decision.decisions().get(0).settlement());
	}

	private long level() {
		return Math.floorDiv(this.member.status().level(), 1_000_000);
	}

	private long spendable() {
		return Math.floorDiv(this.member.status().spendable(), 1_000_000);
	}

	private long open() {
		return this.member.limiter().openReservations(LIMIT);
	}

	private void change(long capacity) {
		this.member.store()
			.changes()
			.follow(LIMIT, (current) -> new LimitDefinition(limit(LIMIT, capacity, "10", Math.min(1000, capacity)), 1,
					current.consistency(), current.mode()), LimitSource.ENDPOINT, this.member.now());
	}

	private void drop() {
		this.member.advance(Duration.ofMinutes(2));
		this.member.publish();
		this.member.acknowledge();
		this.member.tick();
		this.member.advance(Duration.ofMinutes(1));
		this.member.tick();
		assertThat(this.member.limiter().find(LIMIT, KEY)).isEmpty();
	}

	private void fallBack() {
		this.member.hear(BOB, CAROL, DAVE);
		this.member.publish();
		this.member.acknowledge();
		this.member.store().changes().fallBack(LIMIT, FallbackQuota.FAIR_SHARE);
	}

	private void recover() {
		this.member.store().changes().recover(LIMIT, this.member.now());
	}

}
