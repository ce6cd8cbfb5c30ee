package io.openclaw.tokenbucket.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.InMemoryBus;
import io.openclaw.tokenbucket.replication.port.InMemoryReplicationTransport;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationSettings;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * What a gateway receives, and what that costs it, in fleets of several sizes: whole
 * members in one thread and in virtual time, under names as Kubernetes gives them.
 * Messages and bytes are exact, and the same in every run; CPU is that of one thread,
 * with what the simulation takes itself.
 *
 * <pre>
 * mvn -q -Pbenchmark -pl autoconfigure clean test \
 *   -Dbenchmark.main=io.openclaw.tokenbucket.benchmark.GrowingFleet -Djmh.args="3 6 12 30 100"
 * </pre>
 */
public final class GrowingFleet {

	private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

	private static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	private static final Duration LATENCY = Duration.ofMillis(2);

	private static final String LIMIT = "rating";

	private final VirtualTime time = new VirtualTime();

	private final Random random = new Random(1);

	private final InMemoryBus bus = new InMemoryBus(this.time, this.time, new Near());

	private final List<TokenBucketLimiter> limiters = new ArrayList<>();

	private long messages;

	private long bytes;

	private @Nullable String lost;

	/**
	 * Starts a fleet, and lets its members find each other.
	 */
	public GrowingFleet(int members) {
		for (int i = 0; i < members; i++) {
			start(i);
			this.time.advance(Duration.ofMillis(7));
		}
		this.time.advance(Duration.ofSeconds(10));
	}

	/**
	 * Measures fleets that rest, and fleets all of whose members spend from one bucket.
	 * @param args sizes, else from 3 to 100
	 */
	public static void main(String[] args) {
		// So that the code is warm.
		new GrowingFleet(6).saturate(Duration.ofSeconds(60));
		List<Integer> sizes = (args.length > 0) ? List.of(args).stream().map(Integer::valueOf).toList()
				: List.of(3, 6, 12, 30, 100);
		Table table = new Table("Virtual time; " + Table.machine(), "gateways", "load", "messages/s in", "kB/s in",
				"CPU a message", "CPU a gateway", "lost one noticed");
		for (int size : sizes) {
			GrowingFleet fleet = new GrowingFleet(size);
			print(table, size, "idle", fleet.rest(Duration.ofSeconds(1000 / size)), "");
			Cost saturated = fleet.saturate(Duration.ofSeconds(200 / size));
			print(table, size, "one key", saturated, fleet.loseOne().toMillis() + " ms");
		}
	}

	/**
	 * Nobody asks anything.
	 */
	public Cost rest(Duration duration) {
		return measure(duration);
	}

	/**
	 * All members have twenty requests a second for one key, which may have 200 in all.
	 */
	public Cost saturate(Duration duration) {
		for (long at = 0; at < duration.toMillis(); at += 50) {
			this.limiters
				.forEach((limiter) -> this.time.schedule(Duration.ofMillis(this.random.nextLong(duration.toMillis())),
						() -> limiter.tryConsume(LIMIT, "4711", 1)));
		}
		return measure(duration);
	}

	private Cost measure(Duration duration) {
		this.messages = 0;
		this.bytes = 0;
		long start = THREAD.getCurrentThreadCpuTime();
		this.time.advance(duration);
		long cpu = THREAD.getCurrentThreadCpuTime() - start;
		double memberSeconds = this.limiters.size() * duration.toNanos() / 1e9;
		return new Cost(this.messages / memberSeconds, this.bytes / memberSeconds, (double) cpu / this.messages,
				cpu / 1e9 / memberSeconds);
	}

	private void start(int number) {
		MemberId id = new MemberId(nodeOf(number), 17);
		Limit limit = new Limit(LIMIT, MicroTokens.ofTokens(1000), RefillRate.of(200, Duration.ofSeconds(1)),
				MicroTokens.ofTokens(1000), 0);
		BucketStore store = new BucketStore(id,
				List.of(new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25))),
				new LimiterSettings(3, SYNC_INTERVAL, 1_000), this.time);
		this.limiters.add(new TokenBucketLimiter(store, this.time, this.time, null));
		new Replicator(store, new InMemoryReplicationTransport(this.bus),
				new ReplicationSettings("eu-west-1", 3, SYNC_INTERVAL, Duration.ofSeconds(30)), this.time, this.time,
				new Meter())
			.start();
	}

	/**
	 * Has nobody hear the youngest member any more.
	 * @return how long it takes until the first notices
	 */
	Duration loseOne() {
		this.lost = nodeOf(this.limiters.size() - 1);
		Duration step = Duration.ofMillis(10);
		Duration passed = Duration.ZERO;
		while (this.limiters.get(0).state() == FleetState.HEALTHY) {
			this.time.advance(step);
			passed = passed.plus(step);
		}
		return passed;
	}

	private static String nodeOf(int number) {
		return "gateway-7c9f6d5b8-%05d:8080".formatted(number);
	}

	private static void print(Table table, int members, String load, Cost cost, String noticed) {
		table.row(members, load, Samples.format("%.0f", cost.messages()), Samples.format("%.1f", cost.bytes() / 1e3),
				Samples.format("%.1f µs", cost.cpuNanos() / 1e3), Samples.format("%.2f %%", 100 * cost.cpuShare()),
				noticed);
	}

	/**
	 * What a gateway receives in a second, and the CPU that takes.
	 *
	 * @param messages messages a second
	 * @param bytes bytes a second
	 * @param cpuNanos CPU a message received
	 * @param cpuShare the part of a core that a gateway needs
	 */
	public record Cost(double messages, double bytes, double cpuNanos, double cpuShare) {
	}

	private final class Near implements InMemoryBus.Network {

		@Override
		public List<Duration> deliveries(MemberId from, MemberId to) {
			if (from.node().equals(GrowingFleet.this.lost)) {
				return List.of();
			}
			return List.of(from.equals(to) ? Duration.ZERO : LATENCY);
		}

		@Override
		public boolean reachesServer(MemberId member) {
			return true;
		}

	}

	private final class Meter implements ReplicationListener {

		@Override
		public void onReceived(int size) {
			GrowingFleet.this.messages++;
			GrowingFleet.this.bytes += size;
		}

		@Override
		public void onRejected(String reason) {
			throw new AssertionError("a message was rejected: " + reason);
		}

		@Override
		public void onFailure(RuntimeException failure) {
			throw failure;
		}

	}

}
