package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.bucket4j.Bucket;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;

/**
 * One decision beside one of Bucket4j in memory and one of Resilience4j: a bare bucket, a
 * bucket found by its key, which ours always is, and one of a million. Admitted requests
 * find a bucket that refills faster than it is spent, rejected ones an empty bucket that
 * hardly refills. Our bucket has entries of some members, who acknowledge what was spent
 * between iterations. {@code nanoTime} is the clock that every decision reads once.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DecisionBenchmark {

	private static final String KEY = "4711";

	private static final int MILLION = 1_000_000;

	private static final long PLENTY = 500_000_000;

	@Benchmark
	public boolean openclawAdmitted(Fleet fleet) {
		return fleet.limiter.tryConsume("full", KEY, 1).isAdmitted();
	}

	@Benchmark
	public boolean openclawRejected(Fleet fleet) {
		return fleet.limiter.tryConsume("empty", KEY, 1).isAdmitted();
	}

	@Benchmark
	public long openclawGrantOfHundred(Fleet fleet) {
		return fleet.limiter.tryConsumeUpTo("full", KEY, 100).tokens();
	}

	@Benchmark
	public boolean openclawOneOfAMillion(Million million) {
		return million.limiter.tryConsume("full", million.any(), 1).isAdmitted();
	}

	@Benchmark
	public boolean bucket4jAdmitted(Others others) {
		return others.full.tryConsume(1);
	}

	@Benchmark
	public boolean bucket4jRejected(Others others) {
		return others.empty.tryConsume(1);
	}

	@Benchmark
	public boolean bucket4jByKeyAdmitted(Others others) {
		return others.fullByKey.get(KEY).tryConsumeAndReturnRemaining(1).isConsumed();
	}

	@Benchmark
	public boolean bucket4jByKeyRejected(Others others) {
		return others.emptyByKey.get(KEY).tryConsumeAndReturnRemaining(1).isConsumed();
	}

	@Benchmark
	public boolean bucket4jOneOfAMillion(MillionOfBucket4j million) {
		return million.buckets.get(million.any()).tryConsumeAndReturnRemaining(1).isConsumed();
	}

	@Benchmark
	public boolean resilience4jAdmitted(Others others) {
		return others.permitting.acquirePermission();
	}

	@Benchmark
	public boolean resilience4jRejected(Others others) {
		return others.exhausted.acquirePermission();
	}

	@Benchmark
	public long nanoTime() {
		return System.nanoTime();
	}

	private static BucketStore store(Members members, int maxKeys) {
		return members.store(maxKeys, NanoClock.SYSTEM,
				Members.policy("full", PLENTY, RefillRate.of(PLENTY, Duration.ofSeconds(1)), PLENTY),
				Members.policy("empty", 1, RefillRate.of(1, Duration.ofDays(1)), 0));
	}

	private static Bucket bucket4j(long capacity, long tokens, Duration period) {
		return Bucket.builder().addLimit((limit) -> limit.capacity(capacity).refillGreedy(tokens, period)).build();
	}

	private static RateLimiter resilience4j(int permits, Duration period) {
		return RateLimiter.of("benchmark",
				RateLimiterConfig.custom()
					.limitForPeriod(permits)
					.limitRefreshPeriod(period)
					.timeoutDuration(Duration.ZERO)
					.build());
	}

	/** Ours, with one hot key. */
	@State(Scope.Benchmark)
	public static class Fleet {

		/** Who has entries in the state of the bucket. */
		@Param({ "1", "5", "50" })
		int members;

		private BucketStore store;

		private TokenBucketLimiter limiter;

		private long batch;

		/** Makes the buckets. */
		@Setup
		public void fill() {
			Members fleet = new Members(this.members);
			this.store = store(fleet, 1_000);
			this.limiter = Members.limiter(this.store);
			for (String limit : List.of("full", "empty")) {
				this.store.replicas()
					.merge(new BucketUpdate(BucketKey.of(limit, KEY), fleet.spentByAll(1)), System.nanoTime());
			}
		}

		/** Has all members acknowledge what was spent. */
		@Setup(Level.Iteration)
		public void acknowledge() {
			long now = System.nanoTime();
			this.batch++;
			while (this.store.replicas().publishNext(this.batch, now).isPresent()) {
				continue;
			}
			this.store.replicas().acknowledge(BucketKey.of("full", KEY), this.batch, now);
			this.store.tick(now);
		}

	}

	/** Keys of many callers. */
	@State(Scope.Benchmark)
	public abstract static class Keys {

		private final String[] keys = IntStream.range(0, MILLION).mapToObj((i) -> "key-" + i).toArray(String[]::new);

		String any() {
			return this.keys[ThreadLocalRandom.current().nextInt(MILLION)];
		}

		Stream<String> all() {
			return Stream.of(this.keys);
		}

	}

	/** Ours, with many keys. */
	@State(Scope.Benchmark)
	public static class Million extends Keys {

		private final TokenBucketLimiter limiter = Members.limiter(store(new Members(1), MILLION + 1));

		/** Makes the buckets. */
		@Setup
		public void fill() {
			all().forEach((key) -> this.limiter.tryConsume("full", key, 1));
		}

	}

	/** Bucket4j, with many keys. */
	@State(Scope.Benchmark)
	public static class MillionOfBucket4j extends Keys {

		private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

		/** Makes the buckets. */
		@Setup
		public void fill() {
			all().forEach((key) -> this.buckets.put(key, bucket4j(PLENTY, PLENTY, Duration.ofSeconds(1))));
		}

	}

	/** Bucket4j and Resilience4j. */
	@State(Scope.Benchmark)
	public static class Others {

		private final Bucket full = bucket4j(PLENTY, PLENTY, Duration.ofSeconds(1));

		private final Bucket empty = bucket4j(1, 1, Duration.ofDays(1));

		private final Map<String, Bucket> fullByKey = new ConcurrentHashMap<>(Map.of(KEY, this.full));

		private final Map<String, Bucket> emptyByKey = new ConcurrentHashMap<>(Map.of(KEY, this.empty));

		private final RateLimiter permitting = resilience4j(Integer.MAX_VALUE, Duration.ofMillis(100));

		private final RateLimiter exhausted = resilience4j(1, Duration.ofDays(1));

		/** Takes what is to be gone. */
		@Setup
		public void exhaust() {
			this.empty.tryConsumeAsMuchAsPossible();
			this.exhausted.acquirePermission();
		}

	}

}
