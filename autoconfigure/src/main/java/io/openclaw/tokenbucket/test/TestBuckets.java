package io.openclaw.tokenbucket.test;

import org.springframework.beans.factory.BeanFactory;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;

/**
 * The buckets of one gateway. Thread-safe.
 */
public final class TestBuckets {

	private final TokenBucketLimiter limiter;

	private final LimitControl control;

	private final BucketStore store;

	private final NanoClock clock;

	private final KeyLookup keys;

	/**
	 * Creates the buckets.
	 * @param limiter decides by them
	 * @param control changes limits
	 * @param store holds them
	 * @param clock the clock of the limiter
	 * @param keys finds those of callers
	 */
	public TestBuckets(TokenBucketLimiter limiter, LimitControl control, BucketStore store, NanoClock clock,
			KeyLookup keys) {
		this.limiter = limiter;
		this.control = control;
		this.store = store;
		this.clock = clock;
		this.keys = keys;
	}

	/**
	 * The buckets of a gateway of this process.
	 * @param gateway its application context
	 * @return its buckets
	 */
	static TestBuckets of(BeanFactory gateway) {
		return new TestBuckets(gateway.getBean(TokenBucketLimiter.class), gateway.getBean(LimitControl.class),
				gateway.getBean(BucketStore.class), gateway.getBean(NanoClock.class),
				gateway.getBeanProvider(KeyLookup.class).getIfAvailable(() -> KeyLookup.AS_SENT));
	}

	/**
	 * The bucket of a caller, whether it was used or not.
	 * @param limit the name of a limit, {@code <limit>.<plan>} for one that stands in for
	 * it, or {@code request-rate-limiter:<route>} for the arguments of a route
	 * @param key what the caller sends: an API key as it is, not its id
	 * @return the bucket; where routes have buckets of their own, say
	 * {@link TestBucket#onRoute} as well
	 */
	public TestBucket bucket(String limit, String key) {
		return new TestBucket(this.limiter, this.keys, limit, key, null);
	}

	/**
	 * Makes all buckets fresh, as they are at start, and limits what is configured. Done
	 * before every test method.
	 */
	public void reset() {
		this.control.definitions().keySet().forEach(this.control::followConfiguration);
		this.store.changes().startOver(this.clock.nanoTime());
	}

}
