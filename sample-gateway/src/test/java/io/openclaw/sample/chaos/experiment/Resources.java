package io.openclaw.sample.chaos.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.openclaw.sample.chaos.fleet.Fleet;

/**
 * What the gateways take of the machine. Not thread-safe.
 */
final class Resources {

	private final Fleet fleet;

	private final Map<Long, Duration> busy = new HashMap<>();

	private long measuredAt = System.nanoTime();

	Resources(Fleet fleet) {
		this.fleet = fleet;
		cpu();
	}

	/**
	 * How busy the gateways were.
	 * @return cores, since the last call
	 */
	double cpu() {
		long now = System.nanoTime();
		long nanos = 0;
		for (String member : Fleet.MEMBERS) {
			ProcessHandle process = this.fleet.gateway(member).handle();
			Duration total = process.info().totalCpuDuration().orElse(Duration.ZERO);
			Duration before = this.busy.put(process.pid(), total);
			nanos += (before != null) ? Math.max(0, total.minus(before).toNanos()) : 0;
		}
		double cores = (double) nanos / Math.max(1, now - this.measuredAt);
		this.measuredAt = now;
		return cores;
	}

	/**
	 * What all gateways hold in memory.
	 * @return megabytes, not a number where the system does not tell
	 */
	double rss() {
		return Fleet.MEMBERS.stream().mapToDouble((member) -> rss(this.fleet.gateway(member).handle())).sum();
	}

	private static double rss(ProcessHandle process) {
		if (!process.isAlive()) {
			return 0;
		}
		try {
			return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))
				.stream()
				.filter((line) -> line.startsWith("VmRSS:"))
				.mapToDouble((line) -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
				.findFirst()
				.orElse(0);
		}
		catch (IOException ex) {
			return Double.NaN;
		}
	}

}
