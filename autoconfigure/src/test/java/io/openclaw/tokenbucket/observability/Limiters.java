package io.openclaw.tokenbucket.observability;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

/**
 * Real limiters of two limits for tests: {@code rating} with 10 tokens and 2.5 per
 * second, and {@code search} with 1000 tokens, of which 500 at first, and one per second.
 */
public final class Limiters {

	/** The member that decides. */
	public static final MemberId SELF = new MemberId("edge-a", 3);

	/** So many buckets have room. */
	public static final int MAX_KEYS = 1000;

	private Limiters() {
	}

	/** Both limits. */
	public static List<LimitPolicy> policies() {
		return List.of(policy("rating", 10, "2.5", 10), policy("search", 1000, "1", 500));
	}

	/** A store of both limits. */
	public static BucketStore store(NanoClock clock) {
		return new BucketStore(SELF, policies(), new LimiterSettings(3, Duration.ofMillis(200), MAX_KEYS), clock);
	}

	/** A limiter on such a store. */
	public static TokenBucketLimiter limiter(BucketStore store, NanoClock clock, @Nullable DecisionListener listener) {
		return new TokenBucketLimiter(store, clock, (delay, task) -> {
		}, listener);
	}

	/** Consumes single tokens. */
	public static void consume(TokenBucketLimiter limiter, String limit, String key, int times) {
		for (int i = 0; i < times; i++) {
			limiter.tryConsume(limit, key, 1);
		}
	}

	private static LimitPolicy policy(String name, long capacity, String refillPerSecond, long initial) {
		return new LimitPolicy(new Limit(name, MicroTokens.ofTokens(capacity),
				RefillRate.perSecond(new BigDecimal(refillPerSecond)), MicroTokens.ofTokens(initial), 4),
				Consistency.BOUNDED, Duration.ofMillis(25));
	}

}
