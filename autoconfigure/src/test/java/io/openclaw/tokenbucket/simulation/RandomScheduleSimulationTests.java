package io.openclaw.tokenbucket.simulation;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever happens to a fleet, in whatever order. A seed is a schedule of partitions,
 * loss, duplication, reordering, latency, joins, goodbyes, crashes, pauses, clocks that
 * jump or drift, changes of limits and bursts. {@code -Dsimulation.seeds=10000} plays
 * more of them than a build does, {@code -Dsimulation.seed=4711} begins elsewhere.
 */
class RandomScheduleSimulationTests {

	private static final int FIRST = Integer.getInteger("simulation.seed", 1);

	private static final int SEEDS = Integer.getInteger("simulation.seeds", 100);

	private static final int PROGRESS = 500;

	@Test
	void nothingThatMustHoldIsViolatedWhateverHappens() {
		List<String> violations = new ArrayList<>();
		for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
			ScheduleRun.Result result = ScheduleRun.of(RandomSchedules.of(seed));
			if (result.violation() != null) {
				violations.add(describe(result));
				System.out.println(violations.get(violations.size() - 1));
			}
			int played = seed - FIRST + 1;
			if (played % PROGRESS == 0) {
				System.out.println(played + " of " + SEEDS + " schedules, " + violations.size() + " violations");
			}
		}
		assertThat(violations).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(longs = { 2, 3, 5, 8, 13 })
	void oneSeedReplaysExactly(long seed) {
		long log = ScheduleRun.of(RandomSchedules.of(seed)).log();
		assertThat(ScheduleRun.of(RandomSchedules.of(seed)).log()).isEqualTo(log);
		assertThat(ScheduleRun.of(RandomSchedules.of(seed + 1)).log()).isNotEqualTo(log);
	}

	private static String describe(ScheduleRun.Result result) {
		ScheduleRun.Result smallest = shrink(result);
		return "violated: " + result.violation() + "\nby " + result.schedule() + "\nand also: " + smallest.violation()
				+ "\nby " + smallest.schedule() + "\nagain: mvn -q -pl autoconfigure test -Dtest="
				+ RandomScheduleSimulationTests.class.getSimpleName() + " -Dsimulation.seeds=1 -Dsimulation.seed="
				+ result.schedule().seed();
	}

	// Leaves out whatever is not needed for some violation.
	private static ScheduleRun.Result shrink(ScheduleRun.Result failing) {
		ScheduleRun.Result smallest = failing;
		for (int event = failing.schedule().events().size() - 1; event >= 0; event--) {
			ScheduleRun.Result smaller = ScheduleRun.of(smallest.schedule().without(event));
			smallest = (smaller.violation() != null) ? smaller : smallest;
		}
		return smallest;
	}

}
