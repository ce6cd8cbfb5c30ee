package io.openclaw.tokenbucket.autoconfigure;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.sun.management.OperatingSystemMXBean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.redis.RedisSnapshotStore;
import io.openclaw.tokenbucket.replication.port.MessageSigning;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long many buckets take to be saved and read, and how much room. Prints figures;
 * only what was read must be right.
 */
class SnapshotScaleTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final int KEYS = Integer.getInteger("openclaw.test.snapshot.keys", 20_000);

	private static final Limit LIMIT = new Limit("rating", MicroTokens.ofTokens(1000),
			RefillRate.of(1, Duration.ofHours(1)), MicroTokens.ofTokens(1000), 0);

	@Test
	void manyBucketsAreSavedAndRead() throws Exception {
		long before = usedMemory();
		BucketStore first = store("a");
		TokenBucketLimiter limiter = new TokenBucketLimiter(first, NanoClock.SYSTEM, (delay, task) -> {
		}, null);
		run(first, (saved) -> {
			for (int i = 0; i < KEYS; i++) {
				limiter.tryConsume("rating", "user-%08d".formatted(i), 100);
			}
			first.acknowledgeAlone(System.nanoTime());
			first.tick(System.nanoTime());
			long held = usedMemory() - before;
			long start = System.nanoTime();
			long cpu = cpuNanos();
			Awaitility.await().atMost(Duration.ofMinutes(10)).until(() -> first.replicas().unsaved().isEmpty());
			Awaitility.await().until(() -> saved.bytes() > 0);
			System.out.printf(
					"%d buckets: %d bytes each in memory (estimated %d), %d in Redis; written in %.1f s, %.1f s of processor time%n",
					KEYS, held / KEYS, first.estimatedBytes() / KEYS, saved.bytes() / KEYS,
					(System.nanoTime() - start) / 1e9, (cpuNanos() - cpu) / 1e9);
		});
		BucketStore second = store("b");
		run(second, (saved) -> {
		});
		assertThat(second.size()).isEqualTo(KEYS);
		assertThat(new TokenBucketLimiter(second, NanoClock.SYSTEM, (delay, task) -> {
		}, null).peek("rating", "user-%08d".formatted(KEYS - 1)).level()).isLessThan(MicroTokens.ofTokens(901));
	}

	private static void run(BucketStore store, Work work) throws Exception {
		try (ScheduledTimer timer = new ScheduledTimer("test"); RedisSnapshotStore snapshots = snapshots()) {
			SnapshotKeeper keeper = new SnapshotKeeper(store, snapshots, MessageSigning.NONE, NanoClock.SYSTEM, timer,
					ReplicationListener.NONE);
			long start = System.nanoTime();
			long cpu = cpuNanos();
			keeper.start(1).toCompletableFuture().get(5, TimeUnit.MINUTES);
			System.out.printf("%d buckets: read in %.1f s, %.1f s of processor time%n", store.size(),
					(System.nanoTime() - start) / 1e9, (cpuNanos() - cpu) / 1e9);
			work.run(snapshots);
			keeper.stop().toCompletableFuture().get(5, TimeUnit.MINUTES);
		}
	}

	private static RedisSnapshotStore snapshots() {
		return new RedisSnapshotStore(List.of(new LettuceConnectionFactory(redis.host(), redis.port())), "scale");
	}

	private static BucketStore store(String node) {
		return new BucketStore(new MemberId(node, 1),
				List.of(new LimitPolicy(LIMIT, Consistency.BOUNDED, Duration.ofMillis(25))),
				new LimiterSettings(1, Duration.ofMillis(200), 2_000_000), NanoClock.SYSTEM);
	}

	private static long cpuNanos() {
		return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
	}

	private static long usedMemory() {
		System.gc();
		return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
	}

	@FunctionalInterface
	private interface Work {

		void run(RedisSnapshotStore snapshots);

	}

}
