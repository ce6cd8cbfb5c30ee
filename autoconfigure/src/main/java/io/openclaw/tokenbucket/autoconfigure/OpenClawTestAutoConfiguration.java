package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.test.AutoConfigureTokenBucket;
import io.openclaw.tokenbucket.test.TestBuckets;
import io.openclaw.tokenbucket.test.TestClock;

/**
 * Auto-configuration of tests that say {@link AutoConfigureTokenBucket}.
 */
@AutoConfiguration(before = OpenClawLimiterAutoConfiguration.class)
public final class OpenClawTestAutoConfiguration {

	@Bean
	@Primary
	TestClock tokenBucketTestClock() {
		return new TestClock();
	}

	@Bean
	TestBuckets tokenBucketTestBuckets(TokenBucketLimiter limiter, LimitControl control, BucketStore store,
			TestClock clock, ObjectProvider<KeyLookup> keys) {
		return new TestBuckets(limiter, control, store, clock, keys.getIfAvailable(() -> KeyLookup.AS_SENT));
	}

}
