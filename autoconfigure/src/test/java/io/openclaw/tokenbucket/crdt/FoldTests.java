package io.openclaw.tokenbucket.crdt;

import java.util.List;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Fold}: states merge as if nobody had folded.
 */
class FoldTests {

	private static final long MOST = Long.MAX_VALUE / 2;

	private static final MemberId ALICE = new MemberId("alice", 1);

	private static final Birth BIRTH = new Birth(ALICE, 1);

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void aFoldKeepsTheBalanceAndCountsTheSame(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState state = states.state();
		TokenBucketState folded = fold(state, states);
		assertThat(folded.balance()).isEqualTo(state.balance());
		assertThat(folded.allConsumed()).isEqualTo(state.allConsumed());
		assertThat(folded.allReturned()).isEqualTo(state.allReturned());
		assertThat(folded.allGranted()).isEqualTo(state.allGranted());
		assertThat(folded.fold().number()).isEqualTo(1);
		assertThat(fold(folded, states).balance()).isEqualTo(state.balance());
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whoLacksTheFoldMergesAsIfNobodyFolded(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState mine = states.state();
		TokenBucketState theirs = states.state();
		TokenBucketState folded = fold(mine, states);
		assertThat(folded.merge(theirs).balance()).as("seed %d", seed).isEqualTo(mine.merge(theirs).balance());
		assertThat(theirs.merge(folded)).as("seed %d", seed).isEqualTo(folded.merge(theirs));
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void twoWhoFoldedAtOnceMergeAsIfNobodyFolded(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState mine = states.state();
		TokenBucketState theirs = states.state();
		TokenBucketState here = fold(mine, states);
		TokenBucketState there = fold(theirs, states);
		TokenBucketState merged = here.merge(there);
		assertThat(merged.balance()).as("seed %d", seed).isEqualTo(mine.merge(theirs).balance());
		assertThat(there.merge(here)).as("seed %d", seed).isEqualTo(merged);
		TokenBucketState third = states.state();
		assertThat(third.merge(here).merge(there).balance()).isEqualTo(mine.merge(theirs).merge(third).balance());
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void whoFoldTheSameNeedNotTellEachOther(long seed) {
		RandomStates states = new RandomStates(seed);
		TokenBucketState state = states.state();
		TokenBucketState folded = state.fold(state.consumed(), state.returned(), state.granted());
		TokenBucketState again = state.consume(BIRTH, 1).fold(state.consumed(), state.returned(), state.granted());
		assertThat(again.fold().isSame(folded.forgetBaseline().fold())).isTrue();
		assertThat(folded.forgetBaseline().merge(again).balance()).isEqualTo(state.balance() - 1);
	}

	@Test
	void ofTwoThatCannotBeTranslatedTheLaterHolds() {
		TokenBucketState state = TokenBucketState.empty().consume(BIRTH, 5).grant(List.of(ALICE), 7);
		TokenBucketState once = state.fold(state.consumed(), GCounter.empty(), GCounter.empty());
		TokenBucketState twice = once.fold(GCounter.empty(), GCounter.empty(), state.granted());
		assertThat(state.merge(twice)).isSameAs(twice);
		assertThat(twice.merge(state)).isSameAs(twice);
		assertThat(once.forgetBaseline().merge(state)).isEqualTo(once.forgetBaseline());
	}

	@Test
	void whatNobodyCanHaveFoldedIsOutOfRange() {
		assertThat(under(new Fold(1, 2, MOST, 0, MOST, null)).isInRange()).isTrue();
		assertThat(under(new Fold(1, 2, MOST, 0, MOST, null)).consume(BIRTH, 1).isInRange()).isFalse();
		assertThat(under(new Fold(1, 2, 0, MOST, 1, null)).isInRange()).isFalse();
		assertThat(under(new Fold(1, 2, Long.MAX_VALUE, 0, 0, null)).isInRange()).isFalse();
		assertThat(under(new Fold(1, 2, 0, Long.MAX_VALUE, Long.MAX_VALUE, null)).isInRange()).isFalse();
		assertThat(under(new Fold(1L << 41, 2, 0, 0, 0, null)).isInRange()).isFalse();
		assertThat(under(new Fold(-1, 2, 0, 0, 0, null)).isInRange()).isFalse();
		assertThat(under(new Fold(0, 2, 0, 0, 0, null)).isInRange()).isFalse();
		assertThat(under(new Fold(1, -2, 0, 0, 0, null)).isInRange()).isFalse();
		TokenBucketState state = TokenBucketState.empty().consume(BIRTH, 5);
		Fold.Baseline more = new Fold.Baseline(0, state.consumed(), GCounter.empty(), GCounter.empty());
		assertThat(under(new Fold(1, 2, 5, 0, 0, more)).isInRange()).isTrue();
		assertThat(under(new Fold(1, 2, 4, 0, 0, more)).isInRange()).isFalse();
	}

	@Test
	void afterAForgedNumberNobodyFoldsAnyMore() {
		TokenBucketState last = under(new Fold(1L << 40, 2, 0, 0, 0, null)).consume(BIRTH, 5);
		assertThat(last.fold(last.consumed(), GCounter.empty(), GCounter.empty())).isSameAs(last);
	}

	private static TokenBucketState under(Fold fold) {
		return new TokenBucketState(GCounter.empty(), GCounter.empty(), GCounter.empty(), 0, fold);
	}

	private static TokenBucketState fold(TokenBucketState state, RandomStates states) {
		return state.fold(state.consumed().retain((birth, amount) -> states.random().nextBoolean()),
				state.returned().retain((birth, amount) -> states.random().nextBoolean()),
				state.granted().retain((member, amount) -> states.random().nextBoolean()));
	}

}
