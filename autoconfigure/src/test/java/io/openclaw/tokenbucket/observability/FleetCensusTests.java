package io.openclaw.tokenbucket.observability;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FleetCensusTests {

	@Test
	void countsThisMemberAsHeard() {
		assertThat(FleetCensus.of(Statuses.healthy())).isEqualTo(new FleetCensus(2, 0, 0, 0));
	}

	@Test
	void heardAndUnheardAddUpToTheFleetSize() {
		assertThat(FleetCensus.of(Statuses.degraded())).isEqualTo(new FleetCensus(2, 1, 1, 0));
	}

	@Test
	void aProcessThatJoinsIsNotCountedAsHeard() {
		assertThat(FleetCensus.of(Statuses.joining())).isEqualTo(new FleetCensus(1, 1, 1, 0));
	}

	@Test
	void membersThatAreOnlyReckonedWithWereNeverMet() {
		assertThat(FleetCensus.neverMet(Statuses.healthy())).isZero();
		assertThat(FleetCensus.neverMet(Statuses.withoutContact(3))).isEqualTo(2);
	}

}
