package io.openclaw.tokenbucket.test;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test whose context has no auto-configuration but what the annotation brings.
 */
@SpringJUnitConfig
@AutoConfigureTokenBucket
@TestPropertySource(properties = { "openclaw.buckets.mails.capacity=2", "openclaw.buckets.mails.initial-tokens=1",
		"openclaw.buckets.mails.refill-rate-per-second=1" })
class LimiterWithoutAGatewayTests {

	@Autowired
	TokenBucketLimiter limiter;

	@Autowired
	TestBuckets buckets;

	@Autowired
	TestClock clock;

	@Test
	void codeOfTheApplicationIsLimited() {
		assertThat(this.limiter.tryConsume("mails", "ann", 1).isAdmitted()).isTrue();
		assertThat(this.limiter.tryConsume("mails", "ann", 1).isAdmitted()).isFalse();
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.buckets.bucket("mails", "ann")).hasTokens(1);
	}

	@Test
	void aResetBeginsWithTheInitialTokensAnew() {
		this.clock.advance(Duration.ofHours(1));
		assertThat(this.buckets.bucket("mails", "bob")).isFull();
		this.buckets.reset();
		assertThat(this.buckets.bucket("mails", "bob")).hasTokens(1);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
