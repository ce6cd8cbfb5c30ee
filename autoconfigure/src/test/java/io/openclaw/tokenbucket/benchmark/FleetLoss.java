package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * A fleet with many buckets that loses a gateway, over a real Redis: how much of the time
 * the others hear each other, and how long their requests take. Gateways run without web
 * servers in this process, and hold every bucket. One key is asked for a hundred times a
 * second at each, so that requests wait for acknowledgements.
 */
public final class FleetLoss {

	private static final String HOT = "hot";

	// Longer than a lost gateway stays a member.
	private static final Duration OBSERVED = Duration.ofSeconds(45);

	private static final Duration BEFORE = Duration.ofSeconds(15);

	private FleetLoss() {
	}

	/**
	 * Runs the benchmark.
	 * @param arguments how many gateways, then numbers of buckets; 4, 2,000 and 300,000
	 * if there are none
	 */
	public static void main(String[] arguments) {
		int members = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 4;
		int[] sizes = (arguments.length > 1) ? List.of(arguments).stream().skip(1).mapToInt(Integer::parseInt).toArray()
				: new int[] { 2_000, 300_000 };
		Table table = new Table(members + " gateways, of which one is lost; " + Table.machine(), "buckets of each",
				"when", "the others hear each other", "request ms p50, p99, longest");
		for (int buckets : sizes) {
			try (RealFleet fleet = new RealFleet("openclaw.buckets.rating.capacity", "1000",
					"openclaw.buckets.rating.refill-rate-per-second", "0.01", "openclaw.buckets.hot.capacity", "1000",
					"openclaw.buckets.hot.refill-rate-per-second", "200")
				.grow(members)) {
				fill(fleet, buckets);
				observe(table, fleet, buckets, "before", BEFORE);
				fleet.replicas().get(members - 1).cut(true);
				observe(table, fleet, buckets, "after", OBSERVED);
			}
		}
	}

	private static void fill(RealFleet fleet, int buckets) {
		List<RealFleet.Replica> replicas = fleet.replicas();
		for (int key = 0; key < buckets; key++) {
			replicas.get(key % replicas.size()).limiter().tryConsume(FleetLoad.LIMIT, "key-" + key, 1);
			if (key % 2_000 == 0) {
				LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
			}
		}
		RealFleet.await(() -> replicas.stream().allMatch((replica) -> replica.store().size() >= buckets));
		fleet.awaitOneFleet();
	}

	private static void observe(Table table, RealFleet fleet, int buckets, String when, Duration duration) {
		List<RealFleet.Replica> survivors = fleet.replicas().subList(0, fleet.replicas().size() - 1);
		Set<MemberId> ids = new HashSet<>();
		survivors.forEach((survivor) -> ids.add(survivor.limiter().self()));
		List<Boolean> heard = new ArrayList<>();
		Queue<Double> millis = new ConcurrentLinkedQueue<>();
		for (long begin = System.nanoTime(); System.nanoTime() - begin < duration.toNanos();) {
			for (RealFleet.Replica survivor : survivors) {
				heard.add(survivor.store().view(System.nanoTime()).heard().containsAll(ids));
				ask(survivor, millis);
			}
			LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
		}
		Samples times = Samples.of(List.copyOf(millis), Double::doubleValue);
		table.row(buckets, when, Samples.format("%.1f %%", Samples.of(heard, (each) -> each ? 100 : 0).mean()),
				Samples.format("%.3f, %.1f, %.1f", times.median(), times.percentile(0.99), times.highest()));
	}

	private static void ask(RealFleet.Replica survivor, Queue<Double> millis) {
		long asked = System.nanoTime();
		Decision decision = survivor.limiter().tryConsume(HOT, "one", 1);
		if (decision.completion() == null) {
			millis.add((System.nanoTime() - asked) / 1e6);
			return;
		}
		decision.completion().thenAccept((later) -> millis.add((System.nanoTime() - asked) / 1e6));
	}

}
