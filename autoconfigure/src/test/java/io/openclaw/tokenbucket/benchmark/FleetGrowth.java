package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.openclaw.tokenbucket.limiter.membership.FleetState;

/**
 * Fleets that grow, of gateways without web servers in this process over a real Redis, at
 * rest and with one key that all of them want ten times as much of as there is: messages,
 * bytes, processor time of a gateway and of Redis, accuracy, and how long it takes until
 * another gateway notices one that is lost.
 */
public final class FleetGrowth {

	private static final double TOKENS_A_SECOND = 200;

	private FleetGrowth() {
	}

	/**
	 * Measures fleets.
	 * @param arguments seconds of each row, then numbers of gateways; 5, and from 2 to 15
	 * if there are none
	 */
	public static void main(String[] arguments) {
		Duration duration = Duration.ofSeconds((arguments.length > 0) ? Long.parseLong(arguments[0]) : 5);
		List<Integer> sizes = (arguments.length > 1) ? Stream.of(arguments).skip(1).map(Integer::valueOf).toList()
				: List.of(2, 5, 10, 15);
		Table table = new Table("Real Redis, " + duration.toSeconds() + " s each; " + Table.machine(), "gateways",
				"load", "messages/s in", "kB/s in", "CPU a gateway", "CPU of Redis", "of it a delivery",
				"admitted / refilled", "lost one noticed");
		try (RealFleet fleet = new RealFleet("openclaw.buckets.rating.capacity", "1000",
				"openclaw.buckets.rating.refill-rate-per-second", Double.toString(TOKENS_A_SECOND));
				RedisUsage redis = new RedisUsage(fleet.redis())) {
			for (int size : sizes) {
				fleet.grow(size);
				measure(table, fleet, redis, "idle", duration, 0);
				measure(table, fleet, redis, "one key", duration, 10 * TOKENS_A_SECOND);
			}
		}
	}

	private static void measure(Table table, RealFleet fleet, RedisUsage redis, String name, Duration duration,
			double perSecond) {
		int size = fleet.replicas().size();
		if (perSecond == 0) {
			LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
			Usage before = Usage.now(fleet, redis);
			LockSupport.parkNanos(duration.toNanos());
			print(table, size, name, Usage.now(fleet, redis).since(before), Duration.ZERO, "", lose(fleet));
			return;
		}
		try (FleetLoad load = new FleetLoad(fleet, 1, perSecond)) {
			// Until the bucket is empty.
			LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
			long admitted = load.admitted();
			Duration asking = load.cpu();
			Usage before = Usage.now(fleet, redis);
			LockSupport.parkNanos(duration.toNanos());
			Usage used = Usage.now(fleet, redis).since(before);
			double accuracy = (load.admitted() - admitted) / (TOKENS_A_SECOND * used.seconds());
			print(table, size, name, used, load.cpu().minus(asking), Samples.format("%.3f", accuracy), "");
		}
	}

	private static void print(Table table, int size, String name, Usage used, Duration asking, String accuracy,
			String noticed) {
		table.row(size, name, Samples.format("%.0f", used.messages() / size / used.seconds()),
				Samples.format("%.1f", used.bytes() / 1e3 / size / used.seconds()),
				Samples.format("%.2f %%", 100 * used.share(used.cpu().minus(asking)) / size),
				Samples.format("%.2f %%", 100 * used.share(used.redisCpu())),
				Samples.format("%.1f µs", used.redisCpu().toNanos() / 1e3 / used.messages()), accuracy, noticed);
	}

	private static String lose(RealFleet fleet) {
		RealFleet.Replica lost = fleet.replicas().get(fleet.replicas().size() - 1);
		lost.cut(true);
		Duration noticed = RealFleet.await(() -> fleet.replicas().get(0).state() != FleetState.HEALTHY);
		lost.cut(false);
		fleet.awaitOneFleet();
		return noticed.toMillis() + " ms";
	}

}
