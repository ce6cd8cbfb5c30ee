package io.openclaw.sample.chaos.experiment;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KillSwitchTests {

	private final KillSwitch killSwitch = new KillSwitch(0.05, 0.5);

	@Test
	void staysOffWithinItsLimits() {
		assertThat(this.killSwitch.tripped(List.of())).isNull();
		assertThat(this.killSwitch.tripped(List.of(row(95, 5, 0.5), row(95, 5, -0.5)))).isNull();
	}

	@Test
	void tripsWhenTooManyOfTheLastRequestsFailed() {
		assertThat(this.killSwitch.tripped(List.of(row(100, 0, 0), row(80, 20, 0)))).contains("20 errors");
	}

	@Test
	void forgetsErrorsAfterFiveSeconds() {
		List<Row> rows = IntStream.range(0, 6).mapToObj((i) -> row(100, (i == 0) ? 100 : 0, 0)).toList();
		assertThat(this.killSwitch.tripped(rows.subList(0, 5))).isNotNull();
		assertThat(this.killSwitch.tripped(rows)).isNull();
	}

	@Test
	void tripsWhenTooMuchOrTooLittleIsAdmitted() {
		assertThat(this.killSwitch.tripped(List.of(row(100, 0, 0.6)))).contains("drift of 60 %");
		assertThat(this.killSwitch.tripped(List.of(row(100, 0, -0.6)))).contains("drift of -60 %");
		assertThat(this.killSwitch.tripped(List.of(row(100, 0, 0.6), row(100, 0, 0.4)))).isNull();
	}

	private static Row row(int admitted, int errors, double drift) {
		return new Row(1, "fault", admitted, 0, errors, Map.of(), drift, Double.NaN, 1, 1, 0, 0);
	}

}
