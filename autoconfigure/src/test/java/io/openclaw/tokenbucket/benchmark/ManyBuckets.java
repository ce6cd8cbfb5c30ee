package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.replication.gossip.DigestWalk;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Many buckets in one gateway: the heap, a tick, the digest of all, what a gateway takes
 * from another when it joins, and what it reads from Redis when it starts.
 */
public final class ManyBuckets {

	private final int buckets;

	private final Table table;

	private ManyBuckets(int buckets) {
		this.buckets = buckets;
		this.table = new Table(Samples.format("%,d buckets; %s", buckets, Table.machine()), "what", "figure");
	}

	/**
	 * Measures a gateway.
	 * @param arguments how many buckets; a million if there are none
	 */
	public static void main(String[] arguments) {
		ManyBuckets many = new ManyBuckets((arguments.length > 0) ? Integer.parseInt(arguments[0]) : 1_000_000);
		many.inOneThread();
		many.overRedis();
	}

	private void inOneThread() {
		VirtualTime time = new VirtualTime();
		Members members = new Members(5);
		long before = Heap.usedAfterCollection();
		BucketStore store = members.store(this.buckets, time,
				Members.policy("rating", 1000, RefillRate.of(1, Duration.ofHours(1)), 1000));
		for (int key = 0; key < this.buckets; key++) {
			store.replicas()
				.merge(new BucketUpdate(BucketKey.of("rating", "key-" + key), members.spentByAll(1)), time.nanoTime());
		}
		this.table.row("heap with entries of five members",
				Samples.format("%d MB", (Heap.usedAfterCollection() - before) / 1_000_000));
		List<Double> ticks = new ArrayList<>();
		for (int i = 0; i < this.buckets / 1_000; i++) {
			time.advance(Duration.ofMillis(200));
			long start = System.nanoTime();
			store.tick(time.nanoTime());
			ticks.add((System.nanoTime() - start) / 1e6);
		}
		this.table.row("a tick", Samples.of(ticks, Double::doubleValue).spread("%.2f ms"));
		DigestWalk walk = new DigestWalk(store);
		List<Double> steps = new ArrayList<>();
		for (boolean left = true; left;) {
			long start = System.nanoTime();
			left = walk.step(time.nanoTime());
			steps.add((System.nanoTime() - start) / 1e6);
		}
		Samples each = Samples.of(steps, Double::doubleValue);
		this.table.row("digest of all, in steps of 2,000",
				Samples.format("%.0f ms, ", steps.stream().mapToDouble(Double::doubleValue).sum())
						+ each.spread("%.2f ms") + " a step");
	}

	private void overRedis() {
		String[] properties = { "openclaw.buckets.rating.capacity", "1000", "openclaw.buckets.rating.refill-tokens",
				"1", "openclaw.buckets.rating.refill-period", "1h", "openclaw.crdt.max-keys",
				Integer.toString(2 * this.buckets), "openclaw.crdt.replication-factor", "1" };
		try (RealFleet fleet = new RealFleet(properties).grow(1); RedisUsage redis = new RedisUsage(fleet.redis())) {
			RealFleet.Replica first = fleet.replicas().get(0);
			for (int key = 0; key < this.buckets; key++) {
				first.limiter().tryConsume("rating", "key-" + key, 1);
			}
			long begin = System.nanoTime();
			// Before much of it is in Redis.
			measure("a second gateway starts and takes them over", fleet, redis, 2);
			RealFleet
				.await(() -> fleet.replicas().stream().allMatch((each) -> each.store().replicas().unsaved().isEmpty()));
			this.table.row("all are in Redis", Samples.format("%.1f s later", (System.nanoTime() - begin) / 1e9));
			fleet.stopAll();
			measure("a gateway starts alone and reads them from Redis", fleet, redis, 1);
		}
	}

	private void measure(String what, RealFleet fleet, RedisUsage redis, int gateways) {
		long sentBefore = redis.bytesOut();
		Usage before = Usage.now(fleet, redis);
		fleet.grow(gateways);
		Usage used = Usage.now(fleet, redis).since(before);
		RealFleet.Replica youngest = fleet.replicas().get(gateways - 1);
		this.table.row(what,
				Samples.format("%.1f s, %,d buckets, %.0f MB out of Redis, %.1f s of CPU here, %.1f s in Redis",
						used.seconds(), youngest.store().size(), (redis.bytesOut() - sentBefore) / 1e6,
						used.cpu().toMillis() / 1e3, used.redisCpu().toMillis() / 1e3));
	}

}
