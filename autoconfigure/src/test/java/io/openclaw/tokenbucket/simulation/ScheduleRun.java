package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.simulation.ScheduledMember.BucketName;

/**
 * Plays a schedule under the eyes of an oracle: what it says, and then peace.
 */
final class ScheduleRun {

	private static final Duration LOOK = Duration.ofMillis(20);

	private static final int LOOKS_PER_COUNT = 10;

	private final Schedule schedule;

	private final Oracle oracle;

	private final ScheduledFleet fleet;

	private long looks;

	private ScheduleRun(Schedule schedule) {
		this.schedule = schedule;
		this.oracle = new Oracle(schedule);
		this.fleet = new ScheduledFleet(schedule, this.oracle);
		this.oracle.watch(this.fleet);
	}

	static Result of(Schedule schedule) {
		ScheduleRun run = new ScheduleRun(schedule);
		String violation = null;
		try {
			run.play();
		}
		catch (Violation ex) {
			violation = ex.getMessage();
		}
		catch (RuntimeException ex) {
			violation = Stream.of(ex.getStackTrace())
				.limit(8)
				.map((frame) -> "\n    at " + frame)
				.collect(Collectors.joining("", ex.toString(), ""));
		}
		return new Result(schedule, violation, run.fleet.log(), run.oracle.envelopes());
	}

	private void play() {
		for (int node = 0; node < this.schedule.world().members(); node++) {
			int started = node;
			this.fleet.later(Duration.ofMillis(37L * node), () -> this.fleet.start(started));
		}
		this.schedule.events().forEach((event) -> this.fleet.later(event.at(), () -> event.befall(this.fleet)));
		pass(Schedule.END);
		this.oracle.checkNothingLost();
		new Recovery(this.schedule, this.fleet, this.oracle, this::pass).check();
	}

	private void pass(Duration duration) {
		Duration until = this.fleet.time().elapsed().plus(duration);
		while (this.fleet.time().elapsed().compareTo(until) < 0) {
			this.fleet.time().advance(LOOK);
			this.oracle.look();
			if (++this.looks % LOOKS_PER_COUNT == 0) {
				this.oracle.watchCounters();
			}
		}
	}

	/**
	 * What came of a schedule.
	 *
	 * @param violation of what must hold; {@code null} if all held
	 * @param log a number that differs where anything went differently
	 * @param envelopes how close to the bound admissions came, by bucket
	 */
	record Result(Schedule schedule, @Nullable String violation, long log, Map<BucketName, Envelope> envelopes) {

	}

}
