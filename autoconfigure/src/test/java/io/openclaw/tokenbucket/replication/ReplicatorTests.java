package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.decision.Outcome;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.TestWire.Sent;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Members that are together already: what they send, and how state survives what the
 * network does to it.
 */
class ReplicatorTests {

	private static final String KEY = "4711";

	private final TestFleet fleet = new TestFleet();

	@AfterEach
	void nothingFailedOrWasRejected() {
		assertThat(this.fleet.surprises()).isEmpty();
	}

	@Test
	void whatOneSpendsTheOthersSeeWithinHalfASyncInterval() {
		List<TestMember> members = this.fleet.startTogether("a", "b", "c");
		members.get(0).spender().spend(KEY, 5);
		this.fleet.advance(Duration.ofMillis(105));
		assertThat(members).allSatisfy((member) -> assertThat(member.spender().level(KEY)).isCloseTo(995, within(0.2)));
	}

	@Test
	void idleMembersSendFiveMessagesASecond() {
		List<TestMember> members = this.fleet.startTogether("a", "b", "c");
		Duration since = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(20);
		for (TestMember member : members) {
			assertThat(this.fleet.wire().sentBy(member.id(), since)).hasSizeBetween(95, 105);
		}
	}

	@Test
	void messagesDoNotFollowTheRateOfRequests() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		Duration since = this.fleet.time().elapsed();
		for (int i = 0; i < 500; i++) {
			members.get(0).spender().spend("key-" + i, 1);
			this.fleet.advance(Duration.ofMillis(2));
		}
		assertThat(this.fleet.wire().sentBy(members.get(0).id(), since)).hasSizeLessThan(20);
	}

	@Test
	void aBatchLeavesWithinFiveMillisecondsWhenARequestWaits() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		this.fleet.advance(Duration.ofMillis(33));
		members.get(0).spender().spend(KEY, 400);
		CompletionStage<?> waiting = waitFor(members.get(0), 400);
		Duration since = this.fleet.time().elapsed();
		Duration answered = this.fleet.awaitAtMost(Duration.ofMillis(25), () -> waiting.toCompletableFuture().isDone());
		Sent batch = this.fleet.wire()
			.sentBy(members.get(0).id(), since)
			.stream()
			.filter((sent) -> sent.message().batch() != null)
			.findFirst()
			.orElseThrow();
		assertThat(batch.at().minus(since)).isLessThanOrEqualTo(Duration.ofMillis(5));
		assertThat(batch.message().wantsAcknowledgement()).isTrue();
		assertThat(answered).isLessThanOrEqualTo(Duration.ofMillis(15));
	}

	@Test
	void aLostBatchIsAskedForAndRepaired() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		this.fleet.wire().lose((sent, to) -> sent.message().batch() != null);
		members.get(0).spender().spend(KEY, 5);
		this.fleet.advance(Duration.ofMillis(105));
		this.fleet.wire().loseNothing();
		this.fleet.advance(Duration.ofMillis(260));
		assertThat(members.get(1).spender().level(KEY)).isCloseTo(995, within(0.5));
		this.fleet.advanceSeconds(1);
		assertThat(members.get(1).replicator().status().lostBatches()).isEqualTo(1);
		assertThat(members.get(0).replicator().status().repairs()).isEqualTo(1);
	}

	@Test
	void whatNoNumberShowsTheDigestRepairs() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		TestMember spender = members.get(0);
		long next = this.fleet.wire().log().get(this.fleet.wire().log().size() - 1).message().lastBatch() + 1;
		this.fleet.wire().lose((sent, to) -> sent.message().batch() != null);
		spender.spender().spend(KEY, 500);
		this.fleet.advance(Duration.ofMillis(105));
		this.fleet.wire().loseNothing();
		// Its number arrives, the bucket does not.
		this.fleet.forge(spender.id(), MessageBuilder.from(spender.id(), Standing.MEMBER).batch(next, next).encode());
		this.fleet.advance(Duration.ofMillis(300));
		assertThat(members.get(1).spender().level(KEY)).isEqualTo(1000);
		this.fleet.advanceSeconds(1.5);
		assertThat(members.get(1).spender().level(KEY)).isCloseTo(502, within(1.0));
		assertThat(spender.replicator().status().repairs() + members.get(1).replicator().status().repairs())
			.isPositive();
	}

	@Test
	void nothingIsComparedWhileSomethingIsUnacknowledged() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		MemberId first = members.get(0).id();
		Duration quiet = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.wire().sentBy(first, quiet))
			.anySatisfy((sent) -> assertThat(sent.message().digest()).isNotNull());
		this.fleet.wire().lose((sent, to) -> to.equals(first));
		members.get(0).spender().spend(KEY, 5);
		Duration since = this.fleet.time().elapsed().plusMillis(1);
		this.fleet.advanceSeconds(3);
		assertThat(this.fleet.wire().sentBy(first, since))
			.allSatisfy((sent) -> assertThat(sent.message().digest()).isNull());
	}

	@Test
	void everybodyLearnsForHowLongALimitHasBeenActive() {
		this.fleet.startTogether("a");
		this.fleet.advanceSeconds(100);
		TestMember joiner = this.fleet.start("b");
		this.fleet.advanceSeconds(1);
		assertThat(joiner.spender().store().limits().ages(this.fleet.time().nanoTime()).get(Spender.LIMIT) / 1e9)
			.isCloseTo(104, within(0.01));
	}

	// As over two buses.
	@Test
	void aHeartbeatThatArrivesTwiceCountsOnce() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		this.fleet.wire().doubleEverything();
		this.fleet.advanceSeconds(3);
		MemberId first = members.get(0).id();
		Duration since = this.fleet.time().elapsed();
		List<Sent> sent = this.fleet.wire().sentBy(first, Duration.ZERO);
		Message last = sent.get(sent.size() - 1).message();
		this.fleet.forge(first,
				MessageCodec.encode(new Message(first, Standing.MEMBER, last.sentAt() + 1, last.lastBatch(), false,
						false, last.announcement(), null, last.peers(), 42L, null, null, last.sections())));
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.wire().sentBy(members.get(1).id(), since)).isNotEmpty()
			.allSatisfy((answer) -> assertThat(answer.message().transfer()).isNull());
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void duplicatedAndReorderedDeliveriesChangeNothing(long seed) {
		List<TestMember> members = this.fleet.startTogether("a", "b", "c");
		Random random = new Random(seed);
		this.fleet.wire().disorder(random);
		int spent = 0;
		for (int i = 0; i < 100; i++) {
			TestMember member = members.get(random.nextInt(3));
			spent += member.spender().spend(KEY, 1).outcome() == Outcome.ADMITTED ? 1 : 0;
			this.fleet.advance(Duration.ofMillis(random.nextInt(50)));
			assertThat(members).as("seed %d, step %d", seed, i)
				.allSatisfy((each) -> assertThat(each.replicator().status().standing()).isEqualTo(Standing.MEMBER));
		}
		this.fleet.advanceSeconds(2);
		double admitted = spent;
		assertThat(members).as("seed %d", seed).allSatisfy((member) -> {
			double consumed = member.spender().state(KEY).consumed().sum() / 1e6;
			assertThat(consumed).isEqualTo(admitted);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	private CompletionStage<?> waitFor(TestMember member, long tokens) {
		var decision = member.spender().spend(KEY, tokens);
		assertThat(decision.outcome()).isEqualTo(Outcome.WAITING);
		return decision.completion();
	}

}
