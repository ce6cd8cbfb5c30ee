package io.openclaw.tokenbucket.limiter.rule;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
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
import static io.openclaw.tokenbucket.limiter.Fleets.neverHeard;
import static io.openclaw.tokenbucket.limiter.Fleets.tokens;
import static io.openclaw.tokenbucket.limiter.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RestingReplica}: each goes on with a replica and with the same after a
 * rest, side by side.
 */
class RestingReplicaTests {

	private static final Limit LIMIT = limit(1000, "7");

	// Clocks of a process begin anywhere.
	private static final long START = -Long.MAX_VALUE / 3;

	private static final MemberId GONE = new MemberId("gone", 1);

	private static final MembershipView ALL = healthy(START, ALICE, BOB, CAROL);

	private final MemberLists lists = new MemberLists();

	static LongStream seeds() {
		return LongStream.range(0, 300);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void aReplicaThatIsWokenGoesOnAsIfItHadNeverRested(long seed) {
		Random random = new Random(seed);
		LocalReplica replica = used(random);
		RestingReplica resting = RestingReplica.of(replica, this.lists);
		assertThat(resting).as("seed %d", seed).isNotNull();
		LocalReplica woken = resting.wake(LIMIT, ALL);
		assertSame(woken, replica, seed);
		assertThat(woken.hasNewsOfGrants()).isEqualTo(replica.hasNewsOfGrants());
		long now = replica.settledAt();
		for (int step = 0; step < 6; step++) {
			now += random.nextLong(millis(30_000));
			int action = random.nextInt(4);
			long amount = random.nextLong(tokens(50));
			TokenBucketState news = state(random, 3);
			for (LocalReplica each : List.of(replica, woken)) {
				goOn(each, action, amount, news, now);
			}
			assertSame(woken, replica, seed);
		}
		loseMembers(replica, now);
		loseMembers(woken, now);
		assertSame(woken, replica, seed);
	}

	@Test
	void whatIsAboutToHappenToAReplicaKeepsItFromRest() {
		LocalReplica degraded = replica(view(START, ALICE, lost(BOB, START, START), heard(CAROL, START)));
		assertThat(RestingReplica.of(degraded, this.lists)).isNull();
		LocalReplica overfull = replica(ALL);
		overfull.change(limit(500, "7"), START + 1);
		assertThat(RestingReplica.of(overfull, this.lists)).isNull();
		LocalReplica folded = replica(ALL);
		TokenBucketState state = TokenBucketState.empty().consume(new Birth(BOB, 1), tokens(3));
		new FoldedReplica(folded).meet(state.fold(state.consumed(), state.returned(), state.granted()),
				() -> new Birth(ALICE, 2));
		assertThat(RestingReplica.of(folded, this.lists)).isNull();
		LocalReplica remembering = replica(ALL);
		remembering.remember(START + 1, millis(1));
		remembering.remember(START + 2, millis(1));
		assertThat(RestingReplica.of(remembering, this.lists)).isNull();
	}

	@Test
	void replicasThatNameTheSameProcessesShareAList() {
		RestingReplica one = RestingReplica.of(usedByOneWhoIsGone(), this.lists);
		RestingReplica other = RestingReplica.of(usedByOneWhoIsGone(), this.lists);
		assertThat(one.members()).contains(GONE).isSameAs(other.members());
		assertThat(one.wake(LIMIT, ALL).state().consumed().get(new Birth(GONE, 1))).isEqualTo(tokens(3));
	}

	private static LocalReplica usedByOneWhoIsGone() {
		LocalReplica replica = replica(ALL);
		replica.merge(TokenBucketState.empty().consume(new Birth(GONE, 1), tokens(3)));
		return replica;
	}

	@Test
	void whenItMayBeFullIsNeverTooLate() {
		LocalReplica replica = replica(ALL);
		replica.settle(START);
		replica.spend(tokens(14));
		RestingReplica resting = RestingReplica.of(replica, this.lists);
		assertThat(resting.mayBeFull(START + millis(1_998))).isFalse();
		long full = START + millis(2_000);
		while (!replica.isFull()) {
			replica.settle(full++);
		}
		assertThat(resting.mayBeFull(full)).isTrue();
	}

	private static void goOn(LocalReplica replica, int action, long amount, TokenBucketState news, long now) {
		replica.settle(now);
		switch (action) {
			case 0 -> replica.spend(amount);
			case 1 -> replica.giveBack(amount);
			case 2 -> replica.merge(replica.credible(news));
			default -> replica.remember(now, millis(3_400));
		}
	}

	private static void loseMembers(LocalReplica replica, long now) {
		replica.adopt(view(now, ALICE, lost(BOB, now - millis(20_000), now), neverHeard(CAROL, now)), now);
		replica.settle(now + millis(5_000));
		replica.adopt(healthy(now + millis(6_000), ALICE, CAROL), now + millis(6_000));
	}

	private static void assertSame(LocalReplica woken, LocalReplica replica, long seed) {
		assertThat(woken.state()).as("seed %d", seed).isEqualTo(replica.state());
		assertThat(woken.level()).isEqualTo(replica.level());
		assertThat(woken.reserved()).isEqualTo(replica.reserved());
		assertThat(woken.spendable()).isEqualTo(replica.spendable());
		assertThat(woken.consumedHere()).isEqualTo(replica.consumedHere());
		assertThat(woken.birth()).isEqualTo(replica.birth());
		assertThat(woken.settledAt()).isEqualTo(replica.settledAt());
		assertThat(woken.viewedSince()).isEqualTo(replica.viewedSince());
		assertThat(woken.ageNanos()).isEqualTo(replica.ageNanos());
		assertThat(woken.remembered()).isEqualTo(replica.remembered());
		assertThat(woken.consumedBefore()).isEqualTo(replica.consumedBefore());
	}

	// With what arrived first, one state that is remembered, and what was spent since.
	private static LocalReplica used(Random random) {
		LocalReplica replica = replica(random.nextBoolean() ? ALL
				: random.nextBoolean() ? MembershipView.joining(ALICE, 3, START) : healthy(START, ALICE, CAROL));
		replica.merge(replica.credible(state(random, 8)));
		replica.adopt(ALL, START + 1);
		long now = START + random.nextLong(1, millis(10_000));
		replica.settle(now);
		replica.spend(random.nextLong(tokens(50)));
		if (random.nextInt(3) > 0) {
			replica.remember(now, millis(3_400));
		}
		replica.settle(now + random.nextLong(millis(10_000)));
		if (random.nextBoolean()) {
			replica.spend(random.nextLong(tokens(50)));
		}
		return replica;
	}

	private static TokenBucketState state(Random random, int entries) {
		List<MemberId> members = List.of(BOB, CAROL, DAVE, new MemberId("gone", 1L << random.nextInt(60)));
		TokenBucketState state = TokenBucketState.empty().beginWith(random.nextInt(2) * LIMIT.initial());
		for (int i = 0; i < entries; i++) {
			MemberId member = members.get(random.nextInt(members.size()));
			Birth birth = new Birth(member, random.nextLong(4));
			state = state.consume(birth, random.nextLong(tokens(40)));
			state = random.nextBoolean() ? state.grant(List.of(member), random.nextLong(tokens(10))) : state;
			state = random.nextInt(4) > 0 ? state : state.giveBack(birth, random.nextLong(tokens(1)));
		}
		return state;
	}

	private static LocalReplica replica(MembershipView view) {
		return new LocalReplica(LIMIT, LIMIT.initial(), new Birth(ALICE, 5), view, millis(100), START, START);
	}

}
