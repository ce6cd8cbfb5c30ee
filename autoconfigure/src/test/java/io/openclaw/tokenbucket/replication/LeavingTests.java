package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.TestWire.Sent;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.LimitSections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * How members go: with a goodbye, without one, and for a while.
 */
class LeavingTests {

	private static final String KEY = "4711";

	private final TestFleet fleet = new TestFleet();

	private final List<TestMember> members = this.fleet.startTogether("a", "b", "c");

	private final TestMember first = this.members.get(0);

	private final TestMember last = this.members.get(2);

	@AfterEach
	void nothingFailedOrWasRejected() {
		assertThat(this.fleet.surprises()).isEmpty();
	}

	@Test
	void aGoodbyeIsHeededAtOnce() {
		CompletionStage<Void> left = this.last.replicator().leave();
		this.fleet.advance(Duration.ofMillis(3));
		assertThat(left.toCompletableFuture()).isCompleted();
		for (int i = 0; i < 100; i++) {
			assertThat(this.first.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			assertThat(this.first.spender().spendable(KEY)).isEqualTo(1000);
			this.fleet.advance(Duration.ofMillis(50));
		}
		assertThat(this.first.fleetSize()).isEqualTo(2);
		assertThat(this.fleet.wire().sentBy(this.last.id(), Duration.ofMillis(3_004))).isEmpty();
	}

	@Test
	void whatWasSpentIsFlushedAndAcknowledgedBeforeTheGoodbye() {
		this.fleet.advance(Duration.ofMillis(33));
		this.last.spender().spend(KEY, 50);
		Duration since = this.fleet.time().elapsed();
		CompletionStage<Void> left = this.last.replicator().leave();
		this.fleet.awaitAtMost(Duration.ofMillis(600), () -> left.toCompletableFuture().isDone());
		List<Sent> sent = this.fleet.wire().sentBy(this.last.id(), since);
		assertThat(sent.get(0).message().batch()).isNotNull();
		assertThat(sent.get(sent.size() - 1).message().standing()).isEqualTo(Standing.LEAVING);
		assertThat(sent.get(sent.size() - 1).at()).isGreaterThan(sent.get(0).at().plus(TestWire.LATENCY));
		this.fleet.advanceSeconds(1);
		assertThat(this.first.spender().level(KEY)).isCloseTo(951.5, within(1.0));
	}

	@Test
	void aLimitThatWasChangedJustBeforeStaysChangedThoughItsNewsAreLost() {
		int[] lost = { 2 };
		this.fleet.wire()
			.lose((sent, to) -> sent.message().sections().find(LimitSections.DEFINITIONS).isPresent() && lost[0]-- > 0);
		new LimitControl(this.last.spender().store(), this.fleet.time()).edit(Spender.LIMIT,
				(current) -> new LimitDefinition(current.limit(), current.edit(), Consistency.STRICT, current.mode()),
				LimitSource.ENDPOINT);
		CompletionStage<Void> left = this.last.replicator().leave();
		this.fleet.awaitAtMost(Duration.ofMillis(600), () -> left.toCompletableFuture().isDone());
		this.fleet.advanceSeconds(1);
		assertThat(lost[0]).isNotPositive();
		assertThat(this.members.subList(0, 2))
			.allSatisfy((member) -> assertThat(member.spender().limiter().policy(Spender.LIMIT).consistency())
				.isEqualTo(Consistency.STRICT));
	}

	@Test
	void leavingEndsThoughNobodyAnswers() {
		this.fleet.wire().isolate(this.last.id()::equals);
		this.last.spender().spend(KEY, 50);
		CompletionStage<Void> left = this.last.replicator().leave();
		Duration taken = this.fleet.awaitAtMost(Duration.ofSeconds(3), () -> left.toCompletableFuture().isDone());
		assertThat(taken).isLessThan(Duration.ofSeconds(1));
	}

	@Test
	void leavingTwiceOrAloneEndsToo() {
		CompletionStage<Void> left = this.last.replicator().leave();
		CompletionStage<Void> again = this.last.replicator().leave();
		this.fleet.advanceSeconds(1);
		assertThat(left.toCompletableFuture()).isCompleted();
		assertThat(again.toCompletableFuture()).isCompleted();
		List.of(this.first, this.members.get(1)).forEach((member) -> {
			CompletionStage<Void> gone = member.replicator().leave();
			this.fleet.advanceSeconds(1);
			assertThat(gone.toCompletableFuture()).isCompleted();
		});
	}

	@Test
	void aKilledMemberIsRemovedAfterItsTimeoutAndItsShareIsCredited() {
		this.first.spender().spend(KEY, 900);
		this.fleet.advanceSeconds(1);
		double level = this.first.spender().level(KEY);
		this.last.kill();
		Duration start = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(2);
		assertThat(this.first.spender().limiter().state()).isEqualTo(FleetState.DEGRADED);
		assertThat(this.first.spender().spendable(KEY)).isLessThan(level * 2 / 3 + 2);
		this.fleet.advanceSeconds(26);
		assertThat(this.first.fleetSize()).isEqualTo(3);
		this.fleet.awaitAtMost(Duration.ofSeconds(4), () -> this.first.fleetSize() == 2);
		this.fleet.advanceSeconds(2);
		assertThat(List.of(this.first, this.members.get(1))).allSatisfy((member) -> {
			double refilled = this.fleet.time().elapsed().minus(start).toMillis() / 1e3;
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			assertThat(member.spender().level(KEY)).isCloseTo(level + refilled, within(0.5));
		});
	}

	@Test
	void whoeverStillRenewsItsPresenceIsNeverRemoved() {
		this.fleet.wire().isolate(this.last.id()::equals);
		this.fleet.advanceSeconds(120);
		assertThat(this.first.fleetSize()).isEqualTo(3);
		assertThat(this.last.fleetSize()).isEqualTo(3);
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(2);
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
	}

	@Test
	void whoeverIsReceivedIsNotRemovedThoughItsPresenceFades() {
		this.fleet.wire().takeServerFrom(this.last.id());
		for (int i = 0; i < 400; i++) {
			this.fleet.advance(Duration.ofMillis(100));
			assertThat(this.members)
				.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
		}
		assertThat(this.first.fleetSize()).isEqualTo(3);
	}

	@Test
	void whoeverWasRemovedJoinsAgain() {
		this.fleet.wire().isolate(this.last.id()::equals);
		this.fleet.wire().takeServerFrom(this.last.id());
		this.fleet.advanceSeconds(40);
		assertThat(this.first.fleetSize()).isEqualTo(2);
		assertThat(this.last.fleetSize()).as("it reaches no server, and removes nobody").isEqualTo(3);
		this.first.spender().spend(KEY, 600);
		this.fleet.wire().loseNothing();
		this.fleet.wire().returnServers();
		this.fleet.awaitAtMost(Duration.ofSeconds(1),
				() -> this.last.spender().limiter().state() == FleetState.JOINING);
		this.fleet.awaitAtMost(Duration.ofSeconds(3),
				() -> this.last.spender().limiter().state() == FleetState.HEALTHY);
		assertThat(this.last.spender().state(KEY).consumed().sum()).isEqualTo(600_000_000);
		this.fleet.advanceSeconds(1);
		assertThat(this.members).allSatisfy((member) -> {
			assertThat(member.fleetSize()).isEqualTo(3);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	@Test
	void serversThatReturnEmptyCostNobodyARemoval() {
		this.fleet.wire().lose((sent, to) -> true);
		this.members.forEach((member) -> this.fleet.wire().takeServerFrom(member.id()));
		this.fleet.advanceSeconds(50);
		this.fleet.wire().loseNothing();
		this.fleet.wire().returnServers();
		for (int i = 0; i < 100; i++) {
			this.fleet.advance(Duration.ofMillis(100));
			assertThat(this.members).allSatisfy((member) -> assertThat(member.fleetSize()).isEqualTo(3));
		}
	}

	@Test
	void whoeverIsPausedWakesIntoAnOldWorldAndSpendsNoMoreThanItsShare() {
		this.first.spender().spend(KEY, 1);
		this.fleet.advanceSeconds(2);
		this.last.pause();
		this.fleet.advanceSeconds(10);
		List<CompletionStage<Decision>> promised = new ArrayList<>();
		double spent = spendAll(this.first, promised);
		this.fleet.advance(Duration.ofMillis(30));
		spent += promised.stream().filter((decision) -> decision.toCompletableFuture().join().isAdmitted()).count();
		assertThat(spent).isBetween(660.0, 680.0);
		promised.clear();
		// Requests come first, then what waited in between.
		spent += spendAll(this.last, promised);
		assertThat(this.last.spender().limiter().state()).isEqualTo(FleetState.ISOLATED);
		assertThat(spent).isLessThanOrEqualTo(1002);
		double[] inBetween = new double[1];
		this.last.wake(() -> inBetween[0] += spendAll(this.last, promised));
		this.fleet.advance(Duration.ofMillis(30));
		spent += promised.stream().filter((decision) -> decision.toCompletableFuture().join().isAdmitted()).count();
		assertThat(spent + inBetween[0]).isLessThanOrEqualTo(1002);
		this.fleet.advanceSeconds(2);
		assertThat(this.members).allSatisfy((member) -> {
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			assertThat(member.fleetSize()).isEqualTo(3);
		});
	}

	@Test
	void whoeverIsSilentIsNotAskedForWhatItLost() {
		this.fleet.wire().lose((sent, to) -> sent.message().batch() != null);
		this.last.spender().spend(KEY, 5);
		this.fleet.advance(Duration.ofMillis(305));
		this.last.kill();
		this.fleet.advanceSeconds(1);
		Duration since = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(10);
		assertThat(this.fleet.wire().sentBy(this.first.id(), since)).hasSizeLessThan(60);
	}

	private static double spendAll(TestMember member, List<CompletionStage<Decision>> promised) {
		double spent = 0;
		for (Decision decision = member.spender().spend(KEY, 1); decision
			.outcome() != Outcome.REJECTED; decision = member.spender().spend(KEY, 1)) {
			if (decision.completion() != null) {
				promised.add(decision.completion());
			}
			spent += decision.isAdmitted() ? 1 : 0;
		}
		return spent;
	}

}
