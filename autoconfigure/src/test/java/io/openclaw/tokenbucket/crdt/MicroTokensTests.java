package io.openclaw.tokenbucket.crdt;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link MicroTokens}.
 */
class MicroTokensTests {

	@Test
	void wholeTokensAreRoundedDownOnBothSidesOfZero() {
		assertThat(MicroTokens.toWholeTokens(1_999_999)).isEqualTo(1);
		assertThat(MicroTokens.toWholeTokens(-1)).isEqualTo(-1);
		assertThat(MicroTokens.toWholeTokens(-1_000_000)).isEqualTo(-1);
	}

	@Test
	void tokensConvertThereAndBack() {
		assertThat(MicroTokens.toWholeTokens(MicroTokens.ofTokens(-7))).isEqualTo(-7);
		assertThat(MicroTokens.toTokens(2_500_000)).isEqualTo(2.5);
	}

	@Test
	void refusesMoreThanALimitMayHold() {
		assertThat(MicroTokens.ofTokens(MicroTokens.MAX_TOKENS)).isEqualTo(1_000_000_000_000_000L);
		assertThatIllegalArgumentException().isThrownBy(() -> MicroTokens.ofTokens(MicroTokens.MAX_TOKENS + 1));
		assertThatIllegalArgumentException().isThrownBy(() -> MicroTokens.ofTokens(-MicroTokens.MAX_TOKENS - 1));
	}

}
