package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * How members come to be counted.
 */
class JoiningTests {

	private static final String KEY = "4711";

	// They take longer to be told than a process waits that finds nobody.
	private static final int MANY = 20_000;

	private static final String LONG_KEY = "long-key-".repeat(20);

	private final TestFleet fleet = new TestFleet();

	@AfterEach
	void nothingFailedOrWasRejected() {
		assertThat(this.fleet.surprises()).isEmpty();
	}

	@Test
	void aLoneMemberIsCountedAfterThreeSyncIntervals() {
		TestMember member = this.fleet.start("a");
		Duration joined = this.fleet.awaitAtMost(Duration.ofSeconds(2), member::isCounted);
		assertThat(joined).isBetween(Duration.ofMillis(600), Duration.ofMillis(900));
		this.fleet.advanceSeconds(1);
		assertThat(member.fleetSize()).isOne();
		assertThat(member.spender().spendable(KEY)).isEqualTo(1000);
	}

	@Test
	void aJoinerSpendsOneOfReplicationFactorPartsOfTheInitialTokens() {
		TestMember member = this.fleet.start("a");
		this.fleet.advance(Duration.ofMillis(100));
		assertThat(member.spender().spendable(KEY)).isCloseTo(1000 / 3.0, within(0.01));
		assertThat(member.spender().limiter().state()).isEqualTo(FleetState.JOINING);
	}

	@Test
	void aJoinerThatWasPausedDoesNotFoundAFleetOfItsOwn() {
		this.fleet.startTogether("a", "b");
		TestMember joiner = this.fleet.start("c");
		joiner.pause();
		this.fleet.advance(Duration.ofSeconds(2));
		joiner.wake(() -> assertThat(joiner.spender().spendable(KEY)).isLessThan(400));
		this.fleet.awaitAtMost(Duration.ofSeconds(2), joiner::isCounted);
		assertThat(joiner.fleetSize()).isEqualTo(3);
	}

	@Test
	void whoeverReachesNobodyNotEvenItselfIsNeverCounted() {
		MemberId id = new MemberId("a", 1);
		this.fleet.wire().takeServerFrom(id);
		TestMember member = this.fleet.start("a");
		this.fleet.advanceSeconds(60);
		assertThat(member.isCounted()).isFalse();
		assertThat(member.spender().limiter().state()).isEqualTo(FleetState.ISOLATED);
		assertThat(member.spender().spendable(KEY)).isCloseTo(1000 / 3.0, within(0.01));
		this.fleet.wire().returnServers();
		this.fleet.awaitAtMost(Duration.ofSeconds(2), member::isCounted);
	}

	@Test
	void twoThatStartTogetherFoundOneFleet() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		assertThat(members).allSatisfy((member) -> {
			assertThat(member.isCounted()).isTrue();
			assertThat(member.fleetSize()).isEqualTo(2);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 150, 300, 450, 590, 599, 601, 610, 700, 900 })
	void twoThatStartOneAfterTheOtherFoundOneFleet(int millisApart) {
		TestMember first = this.fleet.start("b");
		this.fleet.advance(Duration.ofMillis(millisApart));
		TestMember second = this.fleet.start("a");
		this.fleet.advanceSeconds(3);
		assertThat(List.of(first, second)).allSatisfy((member) -> {
			assertThat(member.isCounted()).isTrue();
			assertThat(member.fleetSize()).isEqualTo(2);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void aJoinerHasAllBucketsBeforeItIsCountedThoughPartsAreLost(long seed) {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		for (int i = 0; i < 1_300; i++) {
			members.get(i % 2).spender().spend("key-" + i, 500);
		}
		this.fleet.advanceSeconds(2);
		Random random = new Random(seed);
		this.fleet.wire().lose((sent, to) -> sent.message().transfer() != null && random.nextInt(4) == 0);
		TestMember joiner = this.fleet.start("c");
		this.fleet.awaitAtMost(Duration.ofSeconds(60), joiner::isCounted);
		for (int i = 0; i < 1_300; i++) {
			assertThat(joiner.spender().level("key-" + i)).as("seed %d, key %d", seed, i).isLessThan(600);
		}
		assertThat(this.fleet.wire().log()).filteredOn((sent) -> sent.message().transfer() != null)
			.extracting(TestWire.Sent::from)
			.containsOnly(members.get(0).id());
	}

	@Test
	void aJoinerIsCountedSoonThoughMostPartsAreLostEachTime() {
		long seed = 4;
		TestMember member = this.fleet.startTogether("a").get(0);
		for (int i = 0; i < 5_000; i++) {
			member.spender().spend("key-" + i, 500);
		}
		this.fleet.advanceSeconds(2);
		Random random = new Random(seed);
		this.fleet.wire().lose((sent, to) -> sent.message().transfer() != null && random.nextInt(10) < 6);
		TestMember joiner = this.fleet.start("b");
		this.fleet.awaitAtMost(Duration.ofSeconds(20), joiner::isCounted);
		assertThat(joiner.spender().store().size()).as("seed %d", seed).isEqualTo(5_000);
	}

	// A million buckets at once would overrun the receiver's backlog, and Redis before.
	@Test
	void manyBucketsAreSentLittleByLittle() {
		TestMember member = this.fleet.startTogether("a").get(0);
		for (int i = 0; i < 20_000; i++) {
			member.spender().spend("key-" + i, 500);
		}
		this.fleet.advanceSeconds(2);
		TestMember joiner = this.fleet.start("b");
		this.fleet.awaitAtMost(Duration.ofSeconds(5), joiner::isCounted);
		assertThat(joiner.spender().store().size()).isEqualTo(20_000);
		Map<Duration, Integer> bytes = new TreeMap<>();
		for (TestWire.Sent sent : this.fleet.wire().sentBy(member.id(), Duration.ZERO)) {
			if (sent.message().transfer() != null) {
				bytes.merge(sent.at(), MessageCodec.encode(sent.message()).length, Integer::sum);
			}
		}
		assertThat(bytes).hasSizeGreaterThanOrEqualTo(40);
		Duration due = Duration.ZERO;
		for (Map.Entry<Duration, Integer> sent : bytes.entrySet()) {
			assertThat(sent.getKey()).isGreaterThanOrEqualTo(due);
			due = sent.getKey().plus(Duration.ofMillis(Math.max(5, sent.getValue() / 5_000)));
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void onceCountedAJoinerStaysSoThoughMessagesOvertakeEachOther(long seed) {
		this.fleet.startTogether("a", "b");
		this.fleet.wire().disorder(new Random(seed));
		TestMember joiner = this.fleet.start("c");
		this.fleet.awaitAtMost(Duration.ofSeconds(10), joiner::isCounted);
		for (int i = 0; i < 100; i++) {
			this.fleet.advance(Duration.ofMillis(20));
			assertThat(joiner.spender().limiter().state()).as("seed %d, step %d", seed, i)
				.isNotEqualTo(FleetState.JOINING);
		}
	}

	// Its first batch reached one member only, and the other begins to count after it.
	@Test
	void whatAJoinerSpentIsPublishedAgainOnceItIsCounted() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		MemberId joinerId = new MemberId("c", 1);
		MemberId deaf = members.get(1).id();
		this.fleet.wire().lose((sent, to) -> sent.from().equals(joinerId) && to.equals(deaf));
		TestMember joiner = this.fleet.start("c");
		this.fleet.advance(Duration.ofMillis(20));
		joiner.spender().spend(KEY, 100);
		this.fleet.awaitAtMost(Duration.ofMillis(400), () -> members.get(0).spender().level(KEY) < 901);
		assertThat(joiner.isCounted()).isFalse();
		this.fleet.wire().loseNothing();
		this.fleet.awaitAtMost(Duration.ofSeconds(2), joiner::isCounted);
		this.fleet.advance(Duration.ofMillis(20));
		assertThat(members.get(1).spender().level(KEY)).isLessThan(902);
	}

	@Test
	void aNewerIncarnationReplacesTheOlder() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		members.get(1).kill();
		TestMember restarted = this.fleet.start(new MemberId("b", 2), UnaryOperator.identity());
		this.fleet.awaitAtMost(Duration.ofSeconds(3), restarted::isCounted);
		this.fleet.advanceSeconds(1);
		assertThat(members.get(0).replicator().status().members()).extracting(MemberStatus::id)
			.containsExactly(restarted.id());
		assertThat(restarted.replicator().status().members()).extracting(MemberStatus::id)
			.containsExactly(members.get(0).id());
	}

	// What was on its way when it started still lists its older self.
	@Test
	void aRestartedMemberDoesNotCountItsOlderSelf() {
		List<TestMember> members = this.fleet.startTogether("a", "b");
		members.get(1).kill();
		MemberId restartedId = new MemberId("b", 2);
		this.fleet.wire().lose((sent, to) -> sent.from().equals(restartedId));
		TestMember restarted = this.fleet.start(restartedId, UnaryOperator.identity());
		this.fleet.advance(Duration.ofMillis(250));
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(3);
		assertThat(restarted.isCounted()).isTrue();
		assertThat(restarted.fleetSize()).isEqualTo(2);
		assertThat(restarted.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
	}

	@Test
	void whoWasToldByMembersThatDiedTellsWhomItFoundsTheNextFleetWith() {
		TestMember dying = this.fleet.startTogether("a").get(0);
		dying.spender().spend(KEY, 700);
		this.fleet.advanceSeconds(1);
		TestMember heir = this.fleet.start("b");
		this.fleet.awaitAtMost(Duration.ofSeconds(2), () -> heir.spender().level(KEY) < 320);
		dying.kill();
		this.fleet.advanceSeconds(1);
		assertThat(heir.isCounted()).isFalse();
		TestMember restarted = this.fleet.start(new MemberId("a", 2), UnaryOperator.identity());
		foundTogether(heir, restarted, Duration.ofSeconds(2));
	}

	@Test
	void whoWasToldByMembersThatDiedTellsWhoWaitedWithItButWasNotTold() {
		List<TestMember> waiting = heirAndUntoldOfADeadFleet();
		TestMember heir = waiting.get(0);
		TestMember untold = waiting.get(1);
		this.fleet.wire().loseNothing();
		foundTogether(heir, untold, TestFleet.MEMBER_TIMEOUT.plusSeconds(5));
	}

	@Test
	void whoWasNotToldByMembersThatDiedFoundsNoFleetBeforeItIs() {
		List<TestMember> waiting = heirAndUntoldOfADeadFleet();
		TestMember heir = waiting.get(0);
		TestMember untold = waiting.get(1);
		this.fleet.awaitAtMost(TestFleet.MEMBER_TIMEOUT.plusSeconds(5), heir::isCounted);
		assertThat(untold.isCounted()).isFalse();
		assertThat(untold.spender().spendable(KEY)).isLessThan(340);
		this.fleet.wire().loseNothing();
		foundTogether(heir, untold, Duration.ofSeconds(5));
	}

	@Test
	void whoStartsWhileOthersHaveMuchToTellFoundsNoFleetBeforeItIsTold() {
		TestMember dying = this.fleet.startTogether("a").get(0);
		for (int i = 0; i < MANY; i++) {
			dying.spender().spend(LONG_KEY + i, 900);
		}
		this.fleet.advanceSeconds(2);
		TestMember heir = this.fleet.start("b");
		this.fleet.awaitAtMost(Duration.ofSeconds(30), () -> heir.spender().store().size() >= MANY);
		dying.kill();
		this.fleet.advanceSeconds(1);
		TestMember restarted = this.fleet.start(new MemberId("a", 2), UnaryOperator.identity());
		this.fleet.awaitAtMost(Duration.ofSeconds(10), restarted::isCounted);
		assertThat(IntStream.range(0, MANY).filter((i) -> restarted.spender().spendable(LONG_KEY + i) > 400)).isEmpty();
	}

	// Of its two joiners one was told that 700 tokens are spent. No transfer arrives at
	// the other until nothing is lost any more.
	private List<TestMember> heirAndUntoldOfADeadFleet() {
		TestMember dying = this.fleet.startTogether("a").get(0);
		dying.spender().spend(KEY, 700);
		this.fleet.advanceSeconds(1);
		MemberId untoldId = new MemberId("c", 1);
		this.fleet.wire().lose((sent, to) -> sent.message().transfer() != null && to.equals(untoldId));
		TestMember heir = this.fleet.start("b");
		TestMember untold = this.fleet.start(untoldId, UnaryOperator.identity());
		this.fleet.awaitAtMost(Duration.ofSeconds(2), () -> heir.spender().level(KEY) < 320);
		dying.kill();
		return List.of(heir, untold);
	}

	// Of a thousand tokens a joiner may spend a third.
	private void foundTogether(TestMember heir, TestMember other, Duration atMost) {
		this.fleet.awaitAtMost(atMost, () -> {
			assertThat(other.spender().spendable(KEY)).isLessThan(340);
			return heir.fleetSize() == 2 && heir.isCounted() && other.isCounted();
		});
		assertThat(other.spender().level(KEY)).isLessThan(340);
		this.fleet.advanceSeconds(1);
		assertThat(List.of(heir, other)).allSatisfy((member) -> {
			assertThat(member.fleetSize()).isEqualTo(2);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
	}

	@Test
	void membersThatNeverMetExchangeEverythingBeforeTheyHearEachOther() {
		MemberId secondId = new MemberId("b", 1);
		this.fleet.wire().isolate(secondId::equals);
		List<TestMember> members = this.fleet.startTogether("a", "b");
		assertThat(members).allSatisfy((member) -> assertThat(member.fleetSize()).isOne());
		members.get(0).spender().spend("key-of-0", 700);
		members.get(1).spender().spend("key-of-1", 700);
		this.fleet.advanceSeconds(1);
		this.fleet.wire().loseNothing();
		// Whoever hears the other knows that the other has everything.
		for (int i = 0; i < 2; i++) {
			TestMember member = members.get(i);
			this.fleet.awaitAtMost(Duration.ofSeconds(1),
					() -> member.spender().limiter().state() == FleetState.HEALTHY && member.fleetSize() == 2);
			assertThat(members.get(1 - i).spender().level("key-of-" + i)).isLessThan(320);
		}
		assertThat(members).allSatisfy((member) -> {
			assertThat(member.spender().level("key-of-0")).isLessThan(320);
			assertThat(member.spender().level("key-of-1")).isLessThan(320);
		});
	}

}
