package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Five gateways over one real Redis at several rates, up to what the machine does not
 * bear any more: decisions, lag, messages, bytes, and the processor time of a gateway and
 * of Redis. Lag is the age of the oldest spending of a gateway that another has not
 * acknowledged, looked at ten times a second at each. A gateway's processor time is that
 * of this process, without the thread that asks, by five.
 */
public final class FleetBenchmark {

	private static final int MEMBERS = 5;

	private final Duration duration;

	private final Table table;

	private FleetBenchmark(Duration duration) {
		this.duration = duration;
		this.table = new Table(
				Samples.format("%d gateways, %d s each; %s", MEMBERS, duration.toSeconds(), Table.machine()), "keys",
				"sync", "asked/s", "decided/s", "admitted", "lag ms p50, p95, p99", "healthy", "messages/s in",
				"kB/s in", "CPU a gateway", "CPU of Redis");
	}

	/**
	 * Runs the benchmark.
	 * @param arguments seconds of each row, and how many decisions a second are asked
	 * for, in ascending order; 10, and 2,000 to 50,000 if there are none
	 */
	public static void main(String[] arguments) {
		Duration duration = Duration.ofSeconds((arguments.length > 0) ? Long.parseLong(arguments[0]) : 10);
		List<Integer> rates = (arguments.length > 1) ? Stream.of(arguments).skip(1).map(Integer::valueOf).toList()
				: List.of(2_000, 10_000, 50_000);
		FleetBenchmark benchmark = new FleetBenchmark(duration);
		for (int keys : new int[] { 1_000, 100_000 }) {
			for (int sync : new int[] { 50, 200 }) {
				benchmark.measure(keys, sync, rates);
			}
		}
	}

	private void measure(int keys, int sync, List<Integer> rates) {
		try (RealFleet fleet = new RealFleet("openclaw.buckets.rating.capacity", "1000",
				"openclaw.buckets.rating.refill-rate-per-second", "100", "openclaw.crdt.sync-interval", sync + "ms")
			.grow(MEMBERS); RedisUsage redis = new RedisUsage(fleet.redis())) {
			for (int rate : rates) {
				measure(fleet, redis, rate, keys, sync);
			}
		}
	}

	private void measure(RealFleet fleet, RedisUsage redis, int rate, int keys, int sync) {
		FleetLoad load = new FleetLoad(fleet, keys, rate);
		try (load) {
			// Until the code is warm.
			sampleLag(fleet, this.duration.dividedBy(2), new ArrayList<>());
			long decided = load.decisions();
			long admitted = load.admitted();
			Duration asking = load.cpu();
			Usage before = Usage.now(fleet, redis);
			List<Boolean> healthy = new ArrayList<>();
			Samples lag = sampleLag(fleet, this.duration, healthy);
			Usage used = Usage.now(fleet, redis).since(before);
			Duration cpu = used.cpu().minus(load.cpu().minus(asking));
			double decisions = load.decisions() - decided;
			this.table.row(keys, sync + " ms", rate, Samples.format("%.0f", decisions / used.seconds()),
					Samples.format("%.0f %%", 100 * (load.admitted() - admitted) / decisions),
					Samples.format("%.0f, %.0f, %.0f", lag.median(), lag.percentile(0.95), lag.percentile(0.99)),
					Samples.format("%.0f %%", Samples.of(healthy, (each) -> each ? 100 : 0).mean()),
					Samples.format("%.0f", used.messages() / MEMBERS / used.seconds()),
					Samples.format("%.0f", used.bytes() / 1e3 / MEMBERS / used.seconds()),
					Samples.format("%.1f %%", 100 * used.share(cpu) / MEMBERS),
					Samples.format("%.1f %%", 100 * used.share(used.redisCpu())));
		}
	}

	private static Samples sampleLag(RealFleet fleet, Duration duration, List<Boolean> healthy) {
		List<Double> millis = new ArrayList<>();
		for (long begin = System.nanoTime(); System.nanoTime() - begin < duration.toNanos();) {
			for (RealFleet.Replica replica : fleet.replicas()) {
				millis.add(replica.store().replicas().lag(System.nanoTime()) / 1e6);
				healthy.add(replica.state() == FleetState.HEALTHY);
			}
			LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
		}
		return Samples.of(millis, Double::doubleValue);
	}

}
