package io.openclaw.tokenbucket.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Five gateways over one real Redis for a long time, under a load whose keys never end
 * and one of whose gateways is replaced again and again. Prints and draws the heap of all
 * of them after collections, which has to stay flat.
 */
public final class FleetSoak {

	private static final Path PICTURE = Path.of("target", "benchmark", "heap.svg");

	private static final int SAMPLES = 60;

	private FleetSoak() {
	}

	/**
	 * Runs the soak.
	 * @param arguments minutes, and decisions a second; 2 and 5000 if there are none
	 * @throws IOException if the picture cannot be written
	 */
	public static void main(String[] arguments) throws IOException {
		double minutes = (arguments.length > 0) ? Double.parseDouble(arguments[0]) : 2;
		double perSecond = (arguments.length > 1) ? Double.parseDouble(arguments[1]) : 5_000;
		List<Double> heap = new ArrayList<>();
		long decisions = 0;
		try (RealFleet fleet = new RealFleet("openclaw.buckets.rating.capacity", "10",
				"openclaw.buckets.rating.refill-rate-per-second", "10")
			.grow(5)) {
			for (int i = 0; i < SAMPLES; i++) {
				if (i % 10 == 9) {
					fleet.replaceOldest();
				}
				try (FleetLoad load = new FleetLoad(fleet, 20_000, i * 10_000, perSecond)) {
					LockSupport.parkNanos(Duration.ofMillis((long) (minutes * 60_000 / SAMPLES)).toNanos());
					decisions += load.decisions();
				}
				heap.add(Heap.usedAfterCollection() / 1e6);
			}
		}
		LineChart.write(PICTURE, "Heap of five gateways after collections, MB, over %.0f minutes".formatted(minutes),
				heap);
		Table table = new Table(Samples.format("%.0f minutes, %,d decisions, %d replaced gateways; %s; %s", minutes,
				decisions, SAMPLES / 10, PICTURE, Table.machine()), "part of the time", "heap MB");
		int part = SAMPLES / 4;
		for (int i = 0; i < 4; i++) {
			table.row((i + 1) + " of 4",
					Samples.of(heap.subList(i * part, (i + 1) * part), Double::doubleValue).spread("%.1f"));
		}
	}

}
