package io.openclaw.tokenbucket.limiter.rule;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

import static io.openclaw.tokenbucket.limiter.Fleets.ALICE;
import static io.openclaw.tokenbucket.limiter.Fleets.millis;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnacknowledgedSpending}.
 */
class UnacknowledgedSpendingTests {

	private static final long START = Long.MAX_VALUE - millis(10);

	private final UnacknowledgedSpending credit = new UnacknowledgedSpending();

	private final Demand demand = new Demand();

	@Test
	void spendingIsUnacknowledgedUntilTheBatchThatCarriesItIs() {
		this.credit.spend(10, START);
		assertThat(this.credit.unpublished()).isEqualTo(10);
		this.credit.publish(5, START);
		this.credit.spend(3, START);
		assertThat(this.credit.unacknowledged()).isEqualTo(13);
		assertThat(this.credit.unpublished()).isEqualTo(3);
		assertThat(acknowledge(4)).isFalse();
		assertThat(this.credit.unacknowledged()).isEqualTo(13);
		assertThat(acknowledge(5)).isTrue();
		assertThat(this.credit.unacknowledged()).isEqualTo(3);
		assertThat(this.credit.isAcknowledged()).isFalse();
	}

	@Test
	void acknowledgementsAreCumulative() {
		for (int batch = 1; batch <= 3; batch++) {
			this.credit.spend(10, START);
			this.credit.publish(batch, START);
		}
		assertThat(acknowledge(2)).isTrue();
		assertThat(this.credit.unacknowledged()).isEqualTo(10);
		assertThat(acknowledge(1)).isFalse();
		assertThat(acknowledge(9)).isTrue();
		assertThat(this.credit.isAcknowledged()).isTrue();
	}

	@Test
	void aBatchWithoutNewSpendingAcknowledgesNothingNew() {
		this.credit.spend(10, START);
		this.credit.publish(1, START);
		this.credit.publish(2, START);
		assertThat(acknowledge(1)).isTrue();
		assertThat(this.credit.isAcknowledged()).isTrue();
		assertThat(acknowledge(2)).isFalse();
	}

	@Test
	void ownDemandIsWhatIsAcknowledgedAgedFromItsPublication() {
		this.credit.spend(1000, START);
		this.credit.publish(1, START + millis(100));
		assertThat(this.demand.of(ALICE, START + millis(600))).isZero();
		acknowledge(1);
		assertThat(this.demand.of(ALICE, START + millis(600))).isCloseTo(1000 / Math.E,
				Percentage.withPercentage(1e-6));
	}

	@Test
	void lagIsTheAgeOfTheOldestUnacknowledgedSpending() {
		assertThat(this.credit.lag(START)).isZero();
		this.credit.spend(1, START);
		this.credit.spend(1, START + 2);
		this.credit.publish(1, START + 3);
		this.credit.spend(1, START + 5);
		assertThat(this.credit.lag(START + 7)).isEqualTo(7);
		acknowledge(1);
		assertThat(this.credit.lag(START + 7)).isEqualTo(2);
		this.credit.publish(2, START + 8);
		acknowledge(2);
		assertThat(this.credit.lag(START + 9)).isZero();
	}

	private boolean acknowledge(long batch) {
		return this.credit.acknowledge(batch, this.demand, ALICE);
	}

}
