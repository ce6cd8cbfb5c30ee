package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Five gateways over one real Redis for a long time, under a load whose keys never end
 * and one of whose gateways is replaced again and again. Prints the heap of all of them
 * after collections, which has to stay flat.
 */
public final class FleetSoak {

	private static final int SAMPLES = 12;

	private static final int KEYS = 20_000;

	private FleetSoak() {
	}

	/**
	 * Runs the soak.
	 * @param arguments minutes, and decisions a second; 60 and 2000 if there are none
	 */
	public static void main(String[] arguments) {
		double minutes = (arguments.length > 0) ? Double.parseDouble(arguments[0]) : 60;
		double perSecond = (arguments.length > 1) ? Double.parseDouble(arguments[1]) : 2_000;
		Table table = new Table(
				Samples.format("%.0f minutes; before each row a gateway is replaced; %s", minutes, Table.machine()),
				"minute", "decisions", "buckets of each", "healthy", "heap MB");
		try (RealFleet fleet = new RealFleet("openclaw.buckets.rating.capacity", "10",
				"openclaw.buckets.rating.refill-rate-per-second", "10")
			.grow(5)) {
			for (int i = 1; i <= SAMPLES; i++) {
				fleet.replaceOldest();
				long decisions = load(fleet, i * KEYS / 2, perSecond, minutes / SAMPLES);
				long healthy = fleet.replicas()
					.stream()
					.filter((replica) -> replica.state() == FleetState.HEALTHY)
					.count();
				table.row(Samples.format("%.0f", i * minutes / SAMPLES), Samples.format("%,d", decisions),
						Samples.format("%,d", fleet.replicas().get(0).store().size()), healthy + " of 5",
						Samples.format("%.1f", Heap.usedAfterCollection() / 1e6));
			}
		}
	}

	private static long load(RealFleet fleet, int firstKey, double perSecond, double minutes) {
		try (FleetLoad load = new FleetLoad(fleet, KEYS, firstKey, perSecond)) {
			LockSupport.parkNanos(Duration.ofMillis((long) (minutes * 60_000)).toNanos());
			return load.decisions();
		}
	}

}
