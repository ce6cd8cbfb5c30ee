package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.openclaw.tokenbucket.limiter.limit.Consistency;

/**
 * A fleet, what happens to it, and when. Any event may be left out.
 *
 * @param seed drives what the network does to each message, and the arrivals
 * @param world what stays as it is
 * @param events what happens, in order
 */
record Schedule(long seed, World world, List<ScheduleEvent> events) {

	static final int MOST_NODES = 10;

	/** By then the nodes that start at first have found each other. */
	static final Duration SETTLED = Duration.ofMillis(1_500);

	/** Faults and load end now; what follows is the recovery. */
	static final Duration END = Duration.ofSeconds(9);

	Schedule without(int event) {
		List<ScheduleEvent> fewer = new ArrayList<>(this.events);
		fewer.remove(event);
		return new Schedule(this.seed, this.world, fewer);
	}

	/**
	 * For how long a member may be out of reach without being removed: its sign of life
	 * may have been a second old.
	 */
	Duration tolerated() {
		return this.world.memberTimeout().minus(Duration.ofMillis(1_200));
	}

	/**
	 * Whether members may lose sight of each other, and until they notice refill what the
	 * others refill as well.
	 */
	boolean losesSight() {
		return this.events.stream()
			.anyMatch((event) -> event instanceof ScheduleEvent.Cut || event instanceof ScheduleEvent.Pause
					|| event instanceof ScheduleEvent.Noise || event instanceof ScheduleEvent.Crash);
	}

	/**
	 * Whether members may come to count each other out, or found fleets of their own: for
	 * that a member has to be out of reach for nearly as long as silence is tolerated, or
	 * start while links are cut.
	 */
	boolean mayTearApart() {
		Duration tolerated = tolerated();
		return this.events.stream().anyMatch((event) -> {
			if (event instanceof ScheduleEvent.Cut cut) {
				return cut.until().minus(cut.at()).compareTo(tolerated) > 0 || cut.at().compareTo(SETTLED) < 0
						|| this.events.stream()
							.anyMatch((other) -> other instanceof ScheduleEvent.Join
									|| other instanceof ScheduleEvent.Crash crash && crash.restartAfter() != null);
			}
			return event instanceof ScheduleEvent.Pause pause && pause.during().compareTo(tolerated) > 0
					|| event instanceof ScheduleEvent.ClockStep;
		});
	}

	@Override
	public String toString() {
		return "seed " + this.seed + ", " + this.world + "\n"
				+ this.events.stream().map((event) -> "  " + event).collect(Collectors.joining("\n"));
	}

	/**
	 * What stays as it is.
	 *
	 * @param members nodes that start at first
	 * @param buses independent servers
	 * @param latency the shortest way between two members; the longest is twice that
	 * @param limits one bucket is simulated for each limit and key
	 */
	record World(int members, int buses, Duration latency, Duration syncInterval, Duration memberTimeout,
			int replicationFactor, Consistency consistency, List<Quota> limits, int keys) {

		/**
		 * How long a lost member may go unnoticed at the most.
		 */
		Duration bound(Duration slowest) {
			long roundTrip = (long) (2 * (1 + ScheduledFleet.JITTER) * slowest.toNanos());
			return Duration.ofNanos(Math.min(3_000_000_000L, 3 * this.syncInterval.toNanos() + 2 * roundTrip));
		}

	}

	/**
	 * A limit, in tokens.
	 */
	record Quota(long capacity, double perSecond, long initial) {
	}

}
