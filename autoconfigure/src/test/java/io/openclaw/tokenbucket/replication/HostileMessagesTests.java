package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Fold;
import io.openclaw.tokenbucket.crdt.GCounter;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.TestFleet.TestMember;
import io.openclaw.tokenbucket.replication.port.Standing;
import io.openclaw.tokenbucket.replication.wire.Message;
import io.openclaw.tokenbucket.replication.wire.MessageBuilder;
import io.openclaw.tokenbucket.replication.wire.MessageCodec;
import io.openclaw.tokenbucket.replication.wire.RandomMessages;
import io.openclaw.tokenbucket.replication.wire.WireReader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Messages that can be read, but that no member would send.
 */
class HostileMessagesTests {

	private static final long MAX = WireReader.LARGEST;

	private static final String KEY = "4711";

	private static final MemberId A = new MemberId("a", 1);

	private static final MemberId B = new MemberId("b", 1);

	private static final MemberId C = new MemberId("c", 1);

	private static final MemberId X = new MemberId("x", 1);

	private final TestFleet fleet = new TestFleet();

	private final List<TestMember> members = this.fleet.startTogether("a", "b", "c");

	@Test
	void amountsThatTogetherOverflowAreIgnored() {
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, granted(MAX)));
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, returned(MAX)));
		for (int birth = 1; birth < 6; birth++) {
			forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, consumed(birth, MAX)));
		}
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.surprises()).noneMatch((surprise) -> surprise.contains("failed"));
		for (TestMember member : this.members) {
			TokenBucketState state = member.spender().state(KEY);
			assertThat(state.consumed().sum()).isLessThanOrEqualTo(MAX);
			// With what was refilled while somebody else was not heard.
			assertThat(state.granted().sum() - MAX).isLessThan(MicroTokens.PER_TOKEN);
			member.spender().spend(KEY, 1);
		}
	}

	// What its members spend honestly takes it there.
	@Test
	void aBucketBeyondItsRangeKeepsNoOtherFromBeingReplicated() {
		forge(MessageBuilder.from(B, Standing.MEMBER)
			.batch(1, 1,
					new BucketUpdate(Spender.key(KEY),
							new TokenBucketState(GCounter.of(Map.of(new Birth(X, 1), MAX - 20_000_000)),
									GCounter.empty(), GCounter.of(Map.of(A, MAX - 20_000_000))))));
		for (int i = 0; i < 10; i++) {
			this.members.get(0).spender().spend(KEY, 10);
			this.members.get(0).spender().spend("4712", 10);
			this.fleet.advance(Duration.ofMillis(300));
		}
		assertThat(this.fleet.surprises()).isNotEmpty().allMatch((surprise) -> surprise.endsWith("rejected: range"));
		assertThat(this.members.get(1).spender().level("4712")).isCloseTo(903, within(1.0));
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
	}

	// Refill takes an entry there as well, and it travels with every batch of its bucket.
	@Test
	void anEntryBeyondItsRangeMakesNoMessageUnreadable() {
		BucketUpdate brink = new BucketUpdate(Spender.key(KEY), new TokenBucketState(
				GCounter.of(Map.of(new Birth(X, 1), MAX)), GCounter.empty(), GCounter.of(Map.of(A, MAX - 300_000))));
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, brink));
		for (int i = 0; i < 10; i++) {
			this.members.get(0).spender().spend(KEY, 10);
			this.members.get(0).spender().spend("4712", 10);
			this.fleet.advance(Duration.ofMillis(300));
		}
		assertThat(this.members.get(0).spender().state(KEY).granted().get(A)).isGreaterThan(MAX);
		assertThat(this.members.get(1).spender().level("4712")).isCloseTo(903, within(1.0));
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
	}

	@Test
	void anAgeOfAgesIsNotPassedOnUntilItOverflows() {
		forge(MessageBuilder.from(B, Standing.MEMBER).age(Spender.LIMIT, MAX));
		this.fleet.advanceSeconds(2);
		assertThat(this.fleet.surprises()).isEmpty();
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
	}

	@Test
	void numbersBeyondAllBatchesSilenceNobody() {
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(MAX - 5, MAX).lists(A, Standing.MEMBER));
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, MAX - 10));
		Duration since = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(2);
		assertThat(this.fleet.surprises()).isEmpty();
		assertThat(this.fleet.wire().sentBy(A, since)).hasSizeGreaterThan(9);
	}

	@Test
	void anAcknowledgementOfWhatWasNeverSentAcknowledgesNothing() {
		forge(MessageBuilder.from(B, Standing.MEMBER).lists(A, Standing.MEMBER, true, MAX, 0));
		forge(MessageBuilder.from(C, Standing.MEMBER).lists(A, Standing.MEMBER, true, MAX, 0));
		TestMember member = this.members.get(0);
		member.spender().spend(KEY, 100);
		this.fleet.advance(Duration.ofMillis(1));
		assertThat(unacknowledged(member)).isEqualTo(100_000_000);
		this.fleet.advanceSeconds(1);
		assertThat(unacknowledged(member)).isZero();
		assertThat(member.replicator().status().members())
			.allSatisfy((peer) -> assertThat(peer.unacknowledgedBatches()).isZero());
	}

	@Test
	void whatNobodySpentIsNotBelievedByWhoWouldHaveSpentIt() {
		this.members.get(0).spender().spend(KEY, 1);
		Birth birth = new Birth(A, 1);
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, consumed(birth, 500_000_000)));
		assertThat(this.fleet.surprises()).containsExactly("a#1 rejected: contradiction");
		assertThat(this.members.get(0).spender().level(KEY)).isCloseTo(999, within(0.1));
	}

	// B was lied to about A, and passes that on with all it publishes of the bucket.
	@Test
	void aLieAboutAMemberMakesNobodyUnheard() {
		this.members.get(0).spender().spend(KEY, 1);
		this.fleet.forge(X,
				MessageBuilder.from(X, Standing.JOINING).batch(1, 1, consumed(new Birth(A, 1), 500_000_000)).encode());
		for (int i = 0; i < 20; i++) {
			this.members.get(1).spender().spend(KEY, 10);
			this.fleet.advance(Duration.ofMillis(300));
		}
		assertThat(this.fleet.surprises()).contains("a#1 rejected: contradiction")
			.allMatch((surprise) -> surprise.endsWith("rejected: contradiction"));
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
		assertThat(this.members.get(0).spender().state(KEY).consumed().sum((birth) -> birth.member().equals(B)))
			.isEqualTo(200_000_000);
		assertThat(this.members.get(1).replicator().status().members())
			.filteredOn((peer) -> peer.standing() == Standing.MEMBER)
			.hasSize(2)
			.allSatisfy((peer) -> assertThat(peer.unacknowledgedBatches()).isLessThan(2));
	}

	// Each takes the place of the one before, as whoever invents them may as well invent
	// refill.
	@Test
	void foldsThatSomebodyInventedKeepTheBudgetShared() {
		this.members.get(0).spender().spend(KEY, 400);
		this.fleet.advanceSeconds(1);
		for (long number : new long[] { 1, 7, 1L << 40, MAX }) {
			forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, folded(number, 0)));
			forge(MessageBuilder.from(C, Standing.MEMBER).batch(1, 1, folded(number, MAX)));
		}
		this.fleet.advanceSeconds(2);
		double level = this.members.get(0).spender().level(KEY);
		assertThat(level).isLessThanOrEqualTo(1000);
		this.members.get(1).spender().spend(KEY, 100);
		this.fleet.advanceSeconds(2);
		assertThat(this.fleet.surprises()).noneMatch((surprise) -> surprise.contains("failed"));
		assertThat(this.members).allSatisfy((member) -> {
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			assertThat(member.spender().state(KEY).fold().number()).isEqualTo(1L << 40);
			assertThat(member.spender().state(KEY).consumed().sum((birth) -> birth.member().equals(B)))
				.isEqualTo(100_000_000);
		});
	}

	@Test
	void aGapThatSomebodyInventedIsClosedByTheNextHonestMessage() {
		forge(MessageBuilder.from(B, Standing.MEMBER).lastBatch(MAX).lists(A, Standing.MEMBER));
		forge(MessageBuilder.from(C, Standing.MEMBER).batch(1, MAX - 1).lists(A, Standing.MEMBER));
		this.members.get(1).spender().spend(KEY, 10);
		this.members.get(2).spender().spend(KEY, 10);
		this.fleet.advanceSeconds(2);
		Duration since = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.wire().sentBy(A, since))
			.allSatisfy((sent) -> assertThat(sent.message().peers()).noneMatch(HostileMessagesTests::asks));
		assertThat(this.members.get(0).spender().level(KEY)).isCloseTo(982, within(4.0));
		assertThat(this.members).allSatisfy((member) -> {
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
			assertThat(member.replicator().status().members())
				.allSatisfy((peer) -> assertThat(peer.unacknowledgedBatches()).isZero());
		});
	}

	@Test
	void whoNeverAnswersIsAskedAtMostOnceASecondInTheEnd() {
		this.fleet.wire()
			.lose((sent, to) -> sent.from().equals(A) && to.equals(B)
					|| sent.from().equals(B) && to.equals(A) && sent.message().batch() != null);
		this.members.get(1).spender().spend(KEY, 10);
		this.fleet.advanceSeconds(5);
		Duration since = this.fleet.time().elapsed();
		this.fleet.advanceSeconds(10);
		List<TestWire.Sent> sent = this.fleet.wire().sentBy(A, since);
		assertThat(sent).hasSizeLessThan(100);
		assertThat(sent.stream().filter((each) -> each.message().peers().stream().anyMatch(HostileMessagesTests::asks)))
			.hasSizeBetween(5, 17);
	}

	@Test
	void inventedMembersHoldAtMostASecondWhatIsHeldAsideForThem() {
		for (int round = 0; round < 5; round++) {
			MessageBuilder message = MessageBuilder.from(B, Standing.MEMBER).lists(A, Standing.MEMBER);
			for (int i = 0; i < 990; i++) {
				message.lists(new MemberId("invented-" + round + "-" + i, 1), Standing.MEMBER);
			}
			forge(message);
		}
		assertThat(this.members.get(0).spender().spendable(KEY)).isBetween(1.0, 10.0);
		this.fleet.advanceSeconds(2);
		assertThat(this.members).allSatisfy((member) -> {
			assertThat(member.fleetSize()).isEqualTo(3);
			assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY);
		});
		assertThat(this.members.get(0).spender().level(KEY)).isEqualTo(1000);
	}

	@Test
	void moreStrangersThanAnyFleetHasAreNotMet() {
		for (int i = 0; i < 1_100; i++) {
			this.fleet.forge(X, MessageBuilder.from(new MemberId("stranger-" + i, 1), Standing.JOINING).encode());
		}
		this.fleet.advanceSeconds(1);
		assertThat(this.members.get(0).replicator().status().members()).hasSize(MessageCodec.MAX_PEERS);
		assertThat(this.fleet.surprises()).contains("a#1 rejected: count").allMatch((each) -> each.endsWith("count"));
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
		this.fleet.advanceSeconds(TestFleet.MEMBER_TIMEOUT.toSeconds() + 2);
		assertThat(this.members.get(0).replicator().status().members()).hasSize(2);
	}

	@Test
	void keysOfOthersAreBoundedLikeOwnOnes() {
		for (int message = 1; message <= 200; message++) {
			BucketUpdate[] buckets = new BucketUpdate[500];
			for (int i = 0; i < buckets.length; i++) {
				buckets[i] = new BucketUpdate(Spender.key("key-" + message + "-" + i), new TokenBucketState(
						GCounter.of(Map.of(new Birth(X, 1), 900_000_000L)), GCounter.empty(), GCounter.empty()));
			}
			this.fleet.forge(X,
					MessageBuilder.from(X, Standing.JOINING).sentAt(message).batch(message, message, buckets).encode());
			this.fleet.advance(Duration.ofMillis(1));
		}
		assertThat(this.members).allSatisfy(
				(member) -> assertThat(member.spender().store().size()).isBetween(49_000, Spender.MAX_KEYS + 1));
		assertThat(this.members.get(0).spender().spend("a-new-key", 1).isAdmitted()).isTrue();
	}

	@Test
	void aBucketOfMoreEntriesThanAnyFleetCountsIsRefused() {
		for (int message = 0; message < 30; message++) {
			Map<Birth, Long> births = new TreeMap<>();
			for (int i = 0; i < 1_000; i++) {
				births.put(new Birth(X, 1 + 1_000 * message + i), 1L);
			}
			forge(MessageBuilder.from(B, Standing.MEMBER)
				.batch(1, 1, new BucketUpdate(Spender.key(KEY),
						new TokenBucketState(GCounter.of(births), GCounter.empty(), GCounter.empty()))));
		}
		assertThat(this.members.get(0).spender().state(KEY).consumed().size()).isLessThanOrEqualTo(10_000);
		this.fleet.advanceSeconds(1);
		assertThat(this.members)
			.allSatisfy((member) -> assertThat(member.spender().limiter().state()).isEqualTo(FleetState.HEALTHY));
	}

	@Test
	void aKeyLongerThanAnyHeaderIsRefusedAndASevenKilobyteOneIsNot() {
		String longest = "7".repeat(7 << 10);
		forge(MessageBuilder.from(B, Standing.MEMBER).batch(1, 1, keyed(longest), keyed("8".repeat(16_385))));
		assertThat(this.members.get(0).spender().level(longest)).isLessThan(1000);
		assertThat(this.members.get(0).spender().store().size()).isEqualTo(1);
		assertThat(this.fleet.surprises()).contains("a#1 rejected: range");
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void whateverCanBeReadThrowsNothing(long seed) {
		RandomMessages messages = new RandomMessages(seed);
		for (int i = 0; i < 1_500; i++) {
			this.fleet.forge(X, MessageCodec.encode(messages.next()));
			this.fleet.advance(Duration.ofMillis(i % 3));
		}
		this.fleet.advanceSeconds(1);
		assertThat(this.fleet.surprises()).as("seed %d", seed).noneMatch((surprise) -> surprise.contains("failed"));
		for (TestMember member : this.members) {
			member.spender().store().replicas().keys().forEachRemaining((key) -> member.spender().spend(key.key(), 1));
		}
	}

	// Younger than the last message of the member that it pretends to be from.
	private void forge(MessageBuilder message) {
		MemberId sender = message.build().sender();
		List<TestWire.Sent> sent = this.fleet.wire().sentBy(sender, Duration.ZERO);
		message.sentAt(sent.get(sent.size() - 1).message().sentAt() + 1);
		this.fleet.forge(X, message.encode());
		this.fleet.advance(Duration.ofMillis(5));
	}

	private static long unacknowledged(TestMember member) {
		return member.spender().limiter().peek(Spender.LIMIT, KEY).unacknowledged();
	}

	private static BucketUpdate keyed(String key) {
		return new BucketUpdate(Spender.key(key), new TokenBucketState(GCounter.of(Map.of(new Birth(X, 1), 5_000_000L)),
				GCounter.empty(), GCounter.empty()));
	}

	private static BucketUpdate folded(long number, long tag) {
		return new BucketUpdate(Spender.key(KEY), new TokenBucketState(GCounter.empty(), GCounter.empty(),
				GCounter.empty(), 0, new Fold(number, tag, 0, 0, 0, null)));
	}

	private static BucketUpdate granted(long amount) {
		return new BucketUpdate(Spender.key(KEY),
				new TokenBucketState(GCounter.empty(), GCounter.empty(), GCounter.of(Map.of(X, amount))));
	}

	private static BucketUpdate returned(long amount) {
		return new BucketUpdate(Spender.key(KEY),
				new TokenBucketState(GCounter.empty(), GCounter.of(Map.of(new Birth(X, 1), amount)), GCounter.empty()));
	}

	private static BucketUpdate consumed(long birth, long amount) {
		return consumed(new Birth(X, birth), amount);
	}

	private static BucketUpdate consumed(Birth birth, long amount) {
		return new BucketUpdate(Spender.key(KEY),
				new TokenBucketState(GCounter.of(Map.of(birth, amount)), GCounter.empty(), GCounter.empty()));
	}

	private static boolean asks(Message.PeerReport report) {
		return report.receipt() != null && !report.receipt().missing().isEmpty();
	}

}
