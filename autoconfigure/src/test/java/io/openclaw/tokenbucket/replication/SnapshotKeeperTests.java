package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.persistence.EntryNames;
import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.replication.SavedFleet.Process;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.wire.MessageSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What outlives the members of a fleet. Buckets hold a thousand tokens, of which one
 * returns a second.
 */
class SnapshotKeeperTests {

	private static final String LATE = "late";

	private final SavedFleet fleet = new SavedFleet(MessageSigning.NONE);

	@Test
	void aFleetThatIsKilledAndStartsAgainHasSpentWhatItHadSpent() {
		List<Process> first = this.fleet.start("a", "b", "c");
		first.forEach((member) -> assertThat(member.spender().spend("k", 200).isAdmitted()).isTrue());
		this.fleet.advanceSeconds(2);
		first.forEach(Process::kill);
		this.fleet.advanceSeconds(60);
		List<Process> second = this.fleet.start("a", "b", "c");
		this.fleet.advanceSeconds(2);
		// 67 s at most since they spent; what a gateway that starts waits is not
		// refilled.
		second.forEach((member) -> assertThat(member.spender().level("k")).isBetween(460.0, 467.1));
		second.forEach((member) -> assertThat(member.spender().spendable("k")).isBetween(460.0, 467.1));
		assertThat(this.fleet.rejected()).isEmpty();
	}

	@Test
	void aFleetThatStopsGracefullySavesItsLastSpending() {
		List<Process> first = this.fleet.start("a", "b");
		first.forEach((member) -> member.spender().spend("k", 200));
		first.get(1).stop();
		this.fleet.advanceSeconds(3);
		first.get(0).spender().spend("k", 200);
		first.get(0).stop();
		this.fleet.advanceSeconds(30);
		Process again = this.fleet.start("a").get(0);
		assertThat(again.spender().level("k")).isBetween(425.0, 437.0);
	}

	@Test
	void timeWithoutAnyMemberRefillsOnceHoweverManyFoundTheFleet() {
		Process alone = this.fleet.start("a").get(0);
		alone.spender().spend("k", 900);
		this.fleet.advanceSeconds(2);
		alone.kill();
		this.fleet.advanceSeconds(300);
		List<Process> founders = this.fleet.start("a", "b", "c", "d", "e");
		this.fleet.advanceSeconds(5);
		founders.forEach((member) -> assertThat(member.spender().level("k")).isCloseTo(408, within(3.0)));
	}

	@Test
	void timeThatASurvivorRefilledIsNotRefilledAgain() {
		List<Process> first = this.fleet.start("a", "b", "c");
		first.get(0).spender().spend("k", 900);
		this.fleet.advanceSeconds(2);
		first.subList(1, 3).forEach(Process::kill);
		this.fleet.advanceSeconds(100);
		List<Process> again = this.fleet.start("b", "c");
		this.fleet.advanceSeconds(10);
		double survivor = first.get(0).spender().level("k");
		assertThat(survivor).isBetween(150.0, 216.0);
		again.forEach((member) -> assertThat(member.spender().level("k")).isCloseTo(survivor, within(1.0)));
	}

	@Test
	void allButOneMemberKilledAtOnceLoseNoAcknowledgedSpending() {
		List<Process> first = this.fleet.start("a", "b", "c");
		first.subList(0, 2).forEach((member) -> member.spender().spend("k", 300));
		this.fleet.advanceSeconds(0.3);
		first.subList(0, 2).forEach(Process::kill);
		assertThat(first.get(2).spender().level("k")).isBetween(399.0, 401.0);
		// Nor if the last one goes before those two come back.
		this.fleet.advanceSeconds(1.5);
		first.get(2).kill();
		this.fleet.advanceSeconds(10);
		assertThat(this.fleet.start("a").get(0).spender().level("k")).isBetween(400.0, 416.0);
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0.05, 0.35, 0.65, 0.95 })
	void aLinkThatIsLostForAMomentTakesNothingBackThatWasSaved(double phase) {
		List<Process> members = this.fleet.start("a", "b", "c");
		IntStream.range(0, 60).forEach((i) -> members.get(0).spender().spend("k" + i, 100));
		this.fleet.advanceSeconds(5 + phase);
		this.fleet.wire().isolate((id) -> id.equals(members.get(1).id()));
		IntStream.range(0, 60).forEach((i) -> members.get(1).spender().spend("k" + i, 250));
		this.fleet.advanceSeconds(1.4);
		this.fleet.wire().loseNothing();
		this.fleet.advanceSeconds(20);
		double living = members.get(0).spender().level("k0");
		members.forEach(Process::kill);
		Process again = this.fleet.start("d").get(0);
		IntStream.range(0, 60).forEach((i) -> assertThat(again.spender().level("k" + i)).isLessThan(living + 100));
	}

	@Test
	void incarnationsAndBirthsOfEarlierProcessesAreKept() {
		Process first = this.fleet.start("a").get(0);
		first.spender().spend("k", 500);
		this.fleet.advanceSeconds(2);
		first.kill();
		Process second = this.fleet.start("a").get(0);
		second.spender().spend("k", 100);
		this.fleet.advanceSeconds(2);
		second.kill();
		Process third = this.fleet.start("a").get(0);
		TokenBucketState state = third.spender().state("k");
		assertThat(state.netConsumedBy(first.id())).isEqualTo(MicroTokens.ofTokens(500));
		assertThat(state.netConsumedBy(second.id())).isEqualTo(MicroTokens.ofTokens(100));
	}

	@Test
	void aStoreThatIsFlushedIsWrittenAnew() {
		Process member = this.fleet.start("a").get(0);
		IntStream.range(0, 3000).forEach((i) -> member.spender().spend("k" + i, 500));
		this.fleet.advanceSeconds(3);
		assertThat(this.fleet.snapshots().entries()).hasSize(3001);
		this.fleet.snapshots().reset(Map.of(), 0);
		this.fleet.advanceSeconds(3);
		assertThat(this.fleet.snapshots().entries()).hasSize(3001);
	}

	@Test
	void aStoreThatWentBackIsWrittenAnew() {
		Process member = this.fleet.start("a").get(0);
		member.spender().spend("k", 100);
		this.fleet.advanceSeconds(2);
		Map<String, MemorySnapshots.Written> earlier = new LinkedHashMap<>(this.fleet.snapshots().entries());
		long generation = this.fleet.snapshots().generation();
		member.spender().spend("k", 700);
		this.fleet.advanceSeconds(2);
		this.fleet.snapshots().reset(earlier, generation - 1);
		this.fleet.advanceSeconds(3);
		member.kill();
		assertThat(this.fleet.start("a").get(0).spender().level("k")).isBetween(200.0, 215.0);
	}

	@Test
	void bucketsThatAreFullAgainAreDeleted() {
		Process member = this.fleet.start("a").get(0);
		member.spender().spend("k", 5);
		this.fleet.advanceSeconds(3);
		assertThat(this.fleet.snapshots().entries()).containsKey("6:rating:k");
		this.fleet.advanceSeconds(30);
		assertThat(this.fleet.snapshots().entries()).containsOnlyKeys(EntryNames.LIMITS);
	}

	@Test
	void bucketsThatAreFullAgainWhenTheyWouldBeSavedAreNot() {
		this.fleet.configure(new Limit(Spender.LIMIT, MicroTokens.ofTokens(1000),
				RefillRate.of(100, Duration.ofSeconds(1)), MicroTokens.ofTokens(1000), 0));
		List<Process> members = this.fleet.start("a", "b");
		for (int i = 0; i < 30; i++) {
			members.get(0).spender().spend("k" + i, 1);
			members.get(0).spender().spend("busy", 10);
			this.fleet.advanceSeconds(0.1);
			assertThat(this.fleet.snapshots().entries().keySet()).isSubsetOf(EntryNames.LIMITS, "6:rating:busy",
					"6:rating:k" + i, "6:rating:k" + (i - 1));
		}
		assertThat(this.fleet.snapshots().entries()).containsKey("6:rating:busy");
	}

	@Test
	void whatAnOperatorChangedOutlivesTheFleet() {
		Process first = this.fleet.start("a").get(0);
		control(first).edit(Spender.LIMIT, (limit) -> withCapacity(limit, 500), LimitSource.ENDPOINT);
		this.fleet.advanceSeconds(2);
		first.kill();
		assertThat(this.fleet.start("a").get(0).spender().level("k")).isEqualTo(500);
	}

	@Test
	void whatAnOperatorChangedEndsWhereTheFleetStartsWithAnotherConfiguration() {
		Process first = this.fleet.start("a").get(0);
		control(first).edit(Spender.LIMIT, (limit) -> withCapacity(limit, 500), LimitSource.ENDPOINT);
		this.fleet.advanceSeconds(2);
		first.kill();
		this.fleet.configure(Spender.limit(300));
		List<Process> fleet = this.fleet.start("a", "b");
		assertThat(fleet).allSatisfy((process) -> assertThat(capacity(process)).isEqualTo(300));
		fleet.forEach(Process::kill);
		this.fleet.configure(Spender.limit(1000));
		assertThat(capacity(this.fleet.start("a").get(0))).isEqualTo(1000);
	}

	private static long capacity(Process process) {
		return MicroTokens.toWholeTokens(process.spender().limiter().policy(Spender.LIMIT).limit().capacity());
	}

	@Test
	void nothingIsWrittenBeforeEverythingWasRead() {
		Process first = this.fleet.start("a").get(0);
		first.spender().spend("k", 900);
		this.fleet.advanceSeconds(2);
		first.kill();
		this.fleet.snapshots().breakDown(true);
		Process second = this.fleet.start("a").get(0);
		second.spender().spend("k", 10);
		this.fleet.advanceSeconds(30);
		assertThat(second.spender().level("k")).isGreaterThan(900);
		this.fleet.snapshots().breakDown(false);
		this.fleet.advanceSeconds(20);
		assertThat(second.spender().level("k")).isBetween(90.0, 200.0);
	}

	@Test
	void anIdleFleetWritesNothingButLimits() {
		List<Process> members = this.fleet.start("a", "b");
		members.get(0).spender().spend("k", 900);
		this.fleet.advanceSeconds(5);
		int writes = this.fleet.snapshots().writes();
		this.fleet.advanceSeconds(10);
		assertThat(this.fleet.snapshots().writes() - writes).isBetween(18, 22);
	}

	@Test
	void oneTickWritesSoManyBucketsAndOnePageSoMany() {
		Process member = this.fleet.start("a").get(0);
		IntStream.range(0, 25_000).forEach((i) -> member.spender().spend("k" + i, 500));
		this.fleet.advanceSeconds(1.2);
		assertThat(this.fleet.snapshots().entries().size()).isBetween(SnapshotKeeper.MAX_A_TICK,
				SnapshotKeeper.MAX_A_TICK + 1);
		this.fleet.advanceSeconds(2);
		assertThat(this.fleet.snapshots().entries()).hasSize(25_001);
		assertThat(this.fleet.snapshots().largestPage()).isEqualTo(MessageSize.MAX_BUCKETS + 1);
	}

	@Test
	void whatCannotHaveBeenSavedIsRejectedByReasonAndChangesNothing() {
		MemorySnapshots store = this.fleet.snapshots();
		Random random = new Random(7);
		byte[] noise = new byte[100];
		random.nextBytes(noise);
		store.put("rating:noise", noise);
		store.put("rating:empty", new byte[0]);
		StateCodec codec = new StateCodec(MessageSigning.NONE);
		byte[] good = codec.encode(List.of(bucket("cut", new MemberId("x", 1), 5)));
		store.put("rating:cut", Arrays.copyOf(good, good.length - 3));
		store.put("rating:mine", codec.encode(List.of(bucket("mine", new MemberId("a", 1), 900))));
		store.put("other:k",
				codec.encode(List.of(new BucketUpdate(new BucketKey("other", "k", false), TokenBucketState.empty()))));
		Process member = this.fleet.start("a").get(0);
		assertThat(this.fleet.rejected()).containsExactlyInAnyOrder("malformed", "truncated", "truncated",
				"contradiction", "limit");
		assertThat(member.spender().level("mine")).isEqualTo(1000);
		assertThat(member.spender().spend("k", 10).isAdmitted()).isTrue();
	}

	@Test
	void whatIsNotSignedIsRejectedWhereThereAreSecrets() {
		SavedFleet signed = new SavedFleet(
				MessageSigning.under(List.of("new", "old"), "saved", MessageSigning.Unsigned.REJECT));
		MemberId x = new MemberId("x", 1);
		signed.snapshots()
			.put("rating:plain", new StateCodec(MessageSigning.NONE).encode(List.of(bucket("plain", x, 5))));
		signed.snapshots().put("rating:forged", codec("guess").encode(List.of(bucket("forged", x, 5))));
		signed.snapshots().put("rating:old", codec("old").encode(List.of(bucket("old", x, 5))));
		Process member = signed.start("a").get(0);
		assertThat(signed.rejected()).containsExactlyInAnyOrder("unsigned", "signature");
		assertThat(member.spender().level("plain")).isEqualTo(1000);
		assertThat(member.spender().level("old")).isBetween(995.0, 999.5);
	}

	// As a gateway does whose limit is made at the first request of its route.
	@Test
	void aLimitThatComesAfterTheStartHasSpentWhatItHadSpent() {
		Process first = this.fleet.start("a").get(0);
		configureLate(first);
		first.spender().limiter().tryConsume(LATE, "k", 80);
		this.fleet.advanceSeconds(2);
		first.kill();
		Process second = this.fleet.start("a").get(0);
		this.fleet.advanceSeconds(30);
		configureLate(second);
		assertThat(MicroTokens.toTokens(second.spender().limiter().peek(LATE, "k").level())).isBetween(23.0, 23.8);
		assertThat(this.fleet.rejected()).isEmpty();
	}

	@Test
	void aLimitThatIsChangedJustBeforeAnOrderlyStopStaysChanged() {
		Process first = this.fleet.start("a").get(0);
		this.fleet.advanceSeconds(1.7);
		control(first).edit(Spender.LIMIT, (limit) -> withCapacity(limit, 500), LimitSource.ENDPOINT);
		first.stop();
		this.fleet.advanceSeconds(30);
		Process second = this.fleet.start("a").get(0);
		assertThat(second.spender().limiter().policy(Spender.LIMIT).limit().capacity())
			.isEqualTo(MicroTokens.ofTokens(500));
	}

	@Test
	void entriesAreKeptForTwiceAsLongAsTheSlowestLimitTakesToFillUpAsItIsNow() {
		Process member = this.fleet.start("a").get(0);
		assertThat(this.fleet.snapshots().timeToLive()).isEqualTo(Duration.ofSeconds(2_000));
		control(member).edit(Spender.LIMIT, (limit) -> withCapacity(limit, 50_000), LimitSource.ENDPOINT);
		this.fleet.advanceSeconds(2);
		assertThat(this.fleet.snapshots().timeToLive()).isEqualTo(Duration.ofSeconds(100_000));
	}

	@Test
	void noTwoBucketsHaveEntriesOfOneName() {
		assertThat(List.of(new BucketKey("a", "b:c", false), new BucketKey("a:b", "c", false),
				new BucketKey("a:b:c", "", true), new BucketKey("a", "", true), new BucketKey("a", "", false)))
			.map(EntryNames::of)
			.doesNotHaveDuplicates();
	}

	private void configureLate(Process member) {
		control(member).configure(
				new LimitPolicy(new Limit(LATE, MicroTokens.ofTokens(100), RefillRate.of(1, Duration.ofSeconds(10)),
						MicroTokens.ofTokens(100), 0), Consistency.BOUNDED, Duration.ofMillis(25)));
	}

	private LimitControl control(Process member) {
		NanoClock clock = this.fleet.time();
		return new LimitControl(member.spender().store(), clock);
	}

	private static LimitDefinition withCapacity(LimitDefinition definition, long tokens) {
		Limit limit = definition.limit();
		return new LimitDefinition(
				new Limit(limit.name(), MicroTokens.ofTokens(tokens), limit.refillRate(),
						Math.min(limit.initial(), MicroTokens.ofTokens(tokens)), limit.revision()),
				definition.edit(), definition.consistency(), definition.mode());
	}

	private static StateCodec codec(String secret) {
		return new StateCodec(MessageSigning.under(List.of(secret), "saved", MessageSigning.Unsigned.REJECT));
	}

	private static BucketUpdate bucket(String key, MemberId member, long tokens) {
		return new BucketUpdate(Spender.key(key),
				TokenBucketState.empty().consume(new Birth(member, 1), MicroTokens.ofTokens(tokens)));
	}

}
