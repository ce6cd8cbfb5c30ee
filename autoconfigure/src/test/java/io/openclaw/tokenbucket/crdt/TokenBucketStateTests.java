package io.openclaw.tokenbucket.crdt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenBucketState}.
 */
class TokenBucketStateTests {

	private static final MemberId ALICE = new MemberId("alice", 1);

	private static final MemberId BOB = new MemberId("bob", 1);

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void mergeIsCommutativeAssociativeAndIdempotent(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState a = states.state();
		TokenBucketState b = states.state();
		TokenBucketState c = states.state();
		assertThat(a.merge(b)).as("seed %d", seed).isEqualTo(b.merge(a));
		assertThat(a.merge(b).merge(c)).as("seed %d", seed).isEqualTo(a.merge(b.merge(c)));
		assertThat(a.merge(a)).as("seed %d", seed).isSameAs(a);
		assertThat(a.merge(TokenBucketState.empty())).as("seed %d", seed).isSameAs(a);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void mergeIsTheLeastUpperBound(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState a = states.state();
		TokenBucketState b = states.state();
		TokenBucketState merged = a.merge(b);
		assertThat(merged.isAtLeast(a) && merged.isAtLeast(b)).as("seed %d", seed).isTrue();
		TokenBucketState anyUpperBound = a.merge(states.state()).merge(b);
		assertThat(anyUpperBound.isAtLeast(merged)).as("seed %d", seed).isTrue();
		assertThat(a.isAtLeast(b)).as("seed %d", seed).isEqualTo(merged == a);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void everyChangeOnlyEverGrows(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState before = states.state();
		Birth birth = new Birth(states.member(), 7);
		long amount = states.amount();
		TokenBucketState after = before.consume(birth, amount)
			.giveBack(birth, amount)
			.grant(List.of(birth.member()), amount);
		assertThat(after.isAtLeast(before)).as("seed %d", seed).isTrue();
		assertThat(before.isAtLeast(after)).as("seed %d", seed).isFalse();
		assertThat(after.balance()).as("seed %d", seed).isEqualTo(before.balance() + amount);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void lossDuplicationAndReorderingOnlyDelayKnowledge(long seed) {
		RandomStates states = new RandomStates(seed);
		List<TokenBucketState> published = states.histories(40);
		TokenBucketState all = mergeAll(published);
		for (int replica = 0; replica < 3; replica++) {
			TokenBucketState lossy = mergeAll(deliveries(published, states.random()));
			assertThat(all.isAtLeast(lossy)).as("seed %d", seed).isTrue();
			List<TokenBucketState> late = new ArrayList<>(published);
			Collections.shuffle(late, states.random());
			assertThat(lossy.merge(mergeAll(late))).as("seed %d", seed).isEqualTo(all);
		}
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whatSurvivesOfAMessageThatContainsItSupersedesALostOne(long seed) {
		RandomStates states = new RandomStates(seed);
		List<TokenBucketState> published = states.histories(40);
		TokenBucketState relay = mergeAll(published);
		TokenBucketState replica = published.get(0).merge(relay);
		assertThat(replica).as("seed %d", seed).isEqualTo(mergeAll(published));
	}

	@Test
	void whatAMemberCountsUnderANewBirthIsNotMaskedByTheOld() {
		TokenBucketState remembered = TokenBucketState.empty().consume(new Birth(ALICE, 1), 100);
		TokenBucketState recreated = TokenBucketState.empty().consume(new Birth(ALICE, 2), 30);
		TokenBucketState merged = remembered.merge(recreated);
		assertThat(merged.netConsumedBy(ALICE)).isEqualTo(130);
		assertThat(merged.balance()).isEqualTo(-130);
	}

	@Test
	void netConsumptionIsThatOfOneMemberOverAllItsBirths() {
		TokenBucketState state = TokenBucketState.empty()
			.consume(new Birth(ALICE, 1), 100)
			.consume(new Birth(ALICE, 2), 10)
			.giveBack(new Birth(ALICE, 2), 40)
			.consume(new Birth(BOB, 1), 5)
			.consume(new Birth(new MemberId("alice", 2), 1), 7);
		assertThat(state.netConsumedBy(ALICE)).isEqualTo(70);
		assertThat(state.netConsumedBy(BOB)).isEqualTo(5);
		assertThat(state.netConsumedBy(new MemberId("carol", 1))).isZero();
	}

	@Test
	void refillIsGrantedToEachMember() {
		TokenBucketState state = TokenBucketState.empty().grant(List.of(ALICE, BOB), 3).grant(List.of(BOB), 4);
		assertThat(state.granted().get(ALICE)).isEqualTo(3);
		assertThat(state.granted().get(BOB)).isEqualTo(7);
		assertThat(state.balance()).isEqualTo(10);
	}

	@Test
	void twoStatesInRangeMergeAndAddUpWithoutOverflow() {
		long most = Long.MAX_VALUE / 2;
		TokenBucketState alice = TokenBucketState.empty()
			.consume(new Birth(ALICE, 1), most)
			.grant(List.of(ALICE), most - 5)
			.giveBack(new Birth(ALICE, 1), 5);
		TokenBucketState bob = TokenBucketState.empty()
			.consume(new Birth(BOB, 1), most)
			.grant(List.of(BOB), most - 5)
			.giveBack(new Birth(BOB, 1), 5);
		assertThat(alice.isInRange() && bob.isInRange()).isTrue();
		TokenBucketState merged = alice.merge(bob);
		assertThat(merged.balance()).isZero();
		assertThat(merged.isInRange()).isFalse();
		assertThat(alice.giveBack(new Birth(ALICE, 2), 1).isInRange()).isFalse();
		assertThat(TokenBucketState.empty().grant(List.of(ALICE), Long.MAX_VALUE).isInRange()).isFalse();
		assertThat(TokenBucketState.empty().consume(new Birth(ALICE, 1), most + 1).isInRange()).isFalse();
		assertThat(TokenBucketState.empty().isInRange()).isTrue();
	}

	private static List<TokenBucketState> deliveries(List<TokenBucketState> published, Random random) {
		List<TokenBucketState> delivered = new ArrayList<>();
		for (TokenBucketState state : published) {
			for (int copies = random.nextInt(3); copies > 0; copies--) {
				delivered.add(state);
			}
		}
		Collections.shuffle(delivered, random);
		return delivered;
	}

	private static TokenBucketState mergeAll(List<TokenBucketState> states) {
		return states.stream().reduce(TokenBucketState.empty(), TokenBucketState::merge);
	}

}
