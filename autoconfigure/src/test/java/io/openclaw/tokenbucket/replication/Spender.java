package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.List;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * The buckets of one member: a thousand tokens each, of which one returns a second.
 */
public final class Spender {

	public static final String LIMIT = "rating";

	public static final Duration SYNC_INTERVAL = Duration.ofMillis(200);

	public static final int REPLICATION_FACTOR = 3;

	public static final int MAX_KEYS = 50_000;

	private final BucketStore store;

	private final TokenBucketLimiter limiter;

	public Spender(MemberId id, VirtualTime time) {
		this(id, time, limit(1000));
	}

	public Spender(MemberId id, VirtualTime time, Limit limit) {
		this.store = new BucketStore(id, List.of(new LimitPolicy(limit, Consistency.BOUNDED, Duration.ofMillis(25))),
				new LimiterSettings(REPLICATION_FACTOR, SYNC_INTERVAL, MAX_KEYS), time);
		this.limiter = new TokenBucketLimiter(this.store, time, time, null);
	}

	/**
	 * The limit as it is configured.
	 */
	public static Limit limit(long capacity) {
		return new Limit(LIMIT, MicroTokens.ofTokens(capacity), RefillRate.of(1, Duration.ofSeconds(1)),
				MicroTokens.ofTokens(capacity), 0);
	}

	public BucketStore store() {
		return this.store;
	}

	public TokenBucketLimiter limiter() {
		return this.limiter;
	}

	public Decision spend(String key, long tokens) {
		return this.limiter.tryConsume(LIMIT, key, tokens);
	}

	/**
	 * The level of a bucket in tokens.
	 */
	public double level(String key) {
		return MicroTokens.toTokens(this.limiter.peek(LIMIT, key).level());
	}

	/**
	 * What may be spent of a bucket, in tokens.
	 */
	public double spendable(String key) {
		return MicroTokens.toTokens(this.limiter.peek(LIMIT, key).spendable());
	}

	public TokenBucketState state(String key) {
		return this.limiter.peek(LIMIT, key).state();
	}

	public static BucketKey key(String key) {
		return new BucketKey(LIMIT, key, false);
	}

}
