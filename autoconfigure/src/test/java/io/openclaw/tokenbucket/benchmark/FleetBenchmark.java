package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Five gateways over one real Redis, with as many decisions as one thread can ask for, or
 * at a constant rate: decisions, lag, messages, bytes, and the processor time of a
 * gateway and of Redis. Lag is the age of the oldest spending of a gateway that another
 * has not acknowledged, looked at every 20 ms at each. A gateway's processor time is that
 * of this process, without the thread that asks, by five.
 */
public final class FleetBenchmark {

	private static final int MEMBERS = 5;

	private FleetBenchmark() {
	}

	/**
	 * Runs the benchmark.
	 * @param arguments seconds of each row, and how many decisions a second, where zero
	 * means as many as possible; 10 and 20000 if there are none
	 */
	public static void main(String[] arguments) {
		Duration duration = Duration.ofSeconds((arguments.length > 0) ? Long.parseLong(arguments[0]) : 10);
		double perSecond = (arguments.length > 1) ? Double.parseDouble(arguments[1]) : 20_000;
		Table table = new Table(
				Samples.format("%d gateways, %d s each; %s", MEMBERS, duration.toSeconds(), Table.machine()), "keys",
				"sync", "decisions/s", "admitted", "lag ms p50, p95, p99", "healthy", "messages/s in", "kB/s in",
				"CPU a gateway", "CPU of Redis");
		for (int keys : new int[] { 1_000, 100_000 }) {
			for (int sync : new int[] { 50, 200 }) {
				measure(table, keys, sync, duration, perSecond);
			}
		}
	}

	private static void measure(Table table, int keys, int sync, Duration duration, double perSecond) {
		try (RealFleet fleet = new RealFleet("openclaw.buckets.rating.capacity", "1000",
				"openclaw.buckets.rating.refill-rate-per-second", "100", "openclaw.crdt.sync-interval", sync + "ms")
			.grow(MEMBERS); RedisUsage redis = new RedisUsage(fleet.redis())) {
			FleetLoad load = new FleetLoad(fleet, keys, perSecond);
			try (load) {
				sampleLag(fleet, duration.dividedBy(2), new ArrayList<>());
				long decided = load.decisions();
				long admitted = load.admitted();
				Duration asking = load.cpu();
				Usage before = Usage.now(fleet, redis);
				List<Boolean> healthy = new ArrayList<>();
				Samples lag = sampleLag(fleet, duration, healthy);
				Usage used = Usage.now(fleet, redis).since(before);
				Duration cpu = used.cpu().minus(load.cpu().minus(asking));
				double decisions = load.decisions() - decided;
				table.row(keys, sync + " ms", Samples.format("%.0f", decisions / used.seconds()),
						Samples.format("%.0f %%", 100 * (load.admitted() - admitted) / decisions),
						Samples.format("%.0f, %.0f, %.0f", lag.median(), lag.percentile(0.95), lag.percentile(0.99)),
						Samples.format("%.1f %%", Samples.of(healthy, (each) -> each ? 100 : 0).mean()),
						Samples.format("%.0f", used.messages() / MEMBERS / used.seconds()),
						Samples.format("%.0f", used.bytes() / 1e3 / MEMBERS / used.seconds()),
						Samples.format("%.1f %%", 100 * used.share(cpu) / MEMBERS),
						Samples.format("%.1f %%", 100 * used.share(used.redisCpu())));
			}
		}
	}

	private static Samples sampleLag(RealFleet fleet, Duration duration, List<Boolean> healthy) {
		List<Double> millis = new ArrayList<>();
		for (long begin = System.nanoTime(); System.nanoTime() - begin < duration.toNanos();) {
			for (RealFleet.Replica replica : fleet.replicas()) {
				millis.add(replica.store().lag(System.nanoTime()) / 1e6);
				healthy.add(replica.state() == FleetState.HEALTHY);
			}
			LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
		}
		return Samples.of(millis, Double::doubleValue);
	}

}
