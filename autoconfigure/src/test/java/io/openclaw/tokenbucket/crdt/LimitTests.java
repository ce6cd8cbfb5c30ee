package io.openclaw.tokenbucket.crdt;

import java.math.BigDecimal;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Limit}.
 */
class LimitTests {

	private static final MemberId ALICE = new MemberId("alice", 1);

	@Test
	void theLevelIsInitialPlusGrantedPlusReturnedLessConsumed() {
		TokenBucketState state = TokenBucketState.empty()
			.grant(List.of(ALICE, new MemberId("bob", 1)), 20)
			.giveBack(new Birth(ALICE, 1), 3)
			.consume(new Birth(ALICE, 1), 50)
			.consume(new Birth(ALICE, 2), 100);
		assertThat(limit("rating", 1000, 70).level(state)).isEqualTo(70 + 40 + 3 - 150);
		assertThat(limit("rating", 1000, 70).level(TokenBucketState.empty())).isEqualTo(70);
	}

	@Test
	void aCostThatNoBucketCanHoldIsEndless() {
		Limit limit = limit("rating", MicroTokens.ofTokens(10) + 999_999, 0);
		assertThat(limit.costOf(0)).isZero();
		assertThat(limit.costOf(10)).isEqualTo(MicroTokens.ofTokens(10));
		for (long above : new long[] { 11, MicroTokens.MAX_TOKENS + 1, 1L << 58, Long.MAX_VALUE }) {
			assertThat(limit.costOf(above)).as("%d", above).isEqualTo(Long.MAX_VALUE);
		}
		assertThat(limit("rating", 1, 0).costOf(1)).isEqualTo(Long.MAX_VALUE);
	}

	@Test
	void refusesWhatNoBucketCanHold() {
		long most = MicroTokens.ofTokens(MicroTokens.MAX_TOKENS);
		assertThat(limit("rating", most, most).capacity()).isEqualTo(most);
		assertThatIllegalArgumentException().isThrownBy(() -> limit("", 1000, 0)).withMessageContaining("name");
		assertThatIllegalArgumentException().isThrownBy(() -> limit("rating", 0, 0)).withMessageContaining("capacity");
		assertThatIllegalArgumentException().isThrownBy(() -> limit("rating", most + 1, 0))
			.withMessageContaining("capacity");
		assertThatIllegalArgumentException().isThrownBy(() -> limit("rating", 1000, 1001))
			.withMessageContaining("initial");
		assertThatIllegalArgumentException().isThrownBy(() -> limit("rating", 1000, -1))
			.withMessageContaining("initial");
	}

	private static Limit limit(String name, long capacity, long initial) {
		return new Limit(name, capacity, RefillRate.perSecond(BigDecimal.ONE), initial, 0);
	}

}
