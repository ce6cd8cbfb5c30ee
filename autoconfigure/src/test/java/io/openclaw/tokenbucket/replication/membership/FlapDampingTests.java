package io.openclaw.tokenbucket.replication.membership;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FlapDampingTests {

	private static final long MILLI = 1_000_000;

	private static final long BOUND = 600 * MILLI;

	private final FlapDamping damping = new FlapDamping();

	private long now;

	@Test
	void whoeverIsLostOnceReturnsAtOnce() {
		assertThat(returnsAfter()).isZero();
	}

	@Test
	void whoeverIsLostAgainSoonWaitsTwiceAsLongEachTimeUpToABound() {
		returnsAfter();
		for (int doublings = 0; doublings < 4; doublings++) {
			assertThat(returnsAfter()).isEqualTo(BOUND << doublings);
		}
		assertThat(returnsAfter()).isEqualTo(5_000 * MILLI);
	}

	@Test
	void whoeverStaysForTenSecondsIsForgiven() {
		returnsAfter();
		returnsAfter();
		this.now += 10_000 * MILLI;
		assertThat(returnsAfter()).isZero();
	}

	/**
	 * Loses the member, and has it return as soon as it may, and stay for a second.
	 */
	private long returnsAfter() {
		this.damping.onLoss(this.now);
		long lostAt = this.now;
		while (!this.damping.mayReturn(BOUND, this.now)) {
			this.now += 100 * MILLI;
		}
		this.damping.onReturn(this.now);
		long waited = this.now - lostAt;
		this.now += 1_000 * MILLI;
		return waited;
	}

}
