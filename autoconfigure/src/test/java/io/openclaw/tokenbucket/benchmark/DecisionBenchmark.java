package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.bucket4j.Bucket;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

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

/**
 * One decision beside one of Bucket4j in memory: a bare bucket, and a bucket found by its
 * key, which ours always is. Admitted requests find a bucket that refills faster than it
 * is spent, rejected ones an empty bucket that hardly refills. {@code nanoTime} is the
 * clock that every decision reads once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DecisionBenchmark {

	private static final String KEY = "4711";

	private static final long PLENTY = 500_000_000;

	private final TokenBucketLimiter limiter = limiter();

	private final Bucket full = bucket4j(PLENTY, PLENTY, Duration.ofSeconds(1));

	private final Bucket empty = emptied(bucket4j(1, 1, Duration.ofDays(1)));

	private final Map<String, Bucket> fullByKey = new ConcurrentHashMap<>(Map.of(KEY, this.full));

	private final Map<String, Bucket> emptyByKey = new ConcurrentHashMap<>(Map.of(KEY, this.empty));

	@Benchmark
	public boolean openclawAdmitted() {
		return this.limiter.tryConsume("full", KEY, 1).isAdmitted();
	}

	@Benchmark
	public long openclawGrantOfHundred() {
		return this.limiter.tryConsumeUpTo("full", KEY, 100).tokens();
	}

	@Benchmark
	public boolean openclawRejected() {
		return this.limiter.tryConsume("empty", KEY, 1).isAdmitted();
	}

	@Benchmark
	public boolean bucket4jAdmitted() {
		return this.full.tryConsume(1);
	}

	@Benchmark
	public boolean bucket4jRejected() {
		return this.empty.tryConsume(1);
	}

	@Benchmark
	public boolean bucket4jByKeyAdmitted() {
		return this.fullByKey.get(KEY).tryConsumeAndReturnRemaining(1).isConsumed();
	}

	@Benchmark
	public boolean bucket4jByKeyRejected() {
		return this.emptyByKey.get(KEY).tryConsumeAndReturnRemaining(1).isConsumed();
	}

	@Benchmark
	public long nanoTime() {
		return System.nanoTime();
	}

	private static TokenBucketLimiter limiter() {
		BucketStore store = new BucketStore(new MemberId("benchmark", 1),
				List.of(policy("full", PLENTY, RefillRate.of(PLENTY, Duration.ofSeconds(1)), PLENTY),
						policy("empty", 1, RefillRate.of(1, Duration.ofDays(1)), 0)),
				new LimiterSettings(3, Duration.ofMillis(200), 1_000), NanoClock.SYSTEM);
		return new TokenBucketLimiter(store, NanoClock.SYSTEM, (delay, task) -> {
		}, null);
	}

	private static LimitPolicy policy(String name, long capacity, RefillRate rate, long initial) {
		Limit limit = new Limit(name, MicroTokens.ofTokens(capacity), rate, MicroTokens.ofTokens(initial), 0);
		return new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25));
	}

	private static Bucket bucket4j(long capacity, long tokens, Duration period) {
		return Bucket.builder().addLimit((limit) -> limit.capacity(capacity).refillGreedy(tokens, period)).build();
	}

	private static Bucket emptied(Bucket bucket) {
		bucket.tryConsumeAsMuchAsPossible();
		return bucket;
	}

}
