package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.TokenBucketState;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.limiter.port.BucketUpdate;
import io.openclaw.tokenbucket.observability.Limiters;

import static org.assertj.core.api.Assertions.assertThat;

class BucketMetricsTests {

	private static final String TAGS = "{bucket=\"rating\",node=\"edge-a\",region=\"us-east-1\"} ";

	private static final String ALIAS_TAGS = "{bucket=\"rating\"} ";

	private final AtomicLong now = new AtomicLong();

	private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)
		.throwExceptionOnRegistrationFailure();

	private final NodeTags tags = new NodeTags(Limiters.SELF, "us-east-1");

	private final DecisionMetrics decisions = new DecisionMetrics(this.registry, this.tags);

	private final BucketStore store = Limiters.store(this.now::get);

	private final TokenBucketLimiter limiter = Limiters.limiter(this.store, this.now::get, this.decisions);

	@BeforeEach
	void bind() {
		new BucketMetrics(this.limiter, this.decisions, this.tags, this.now::get).bindTo(this.registry);
	}

	@Test
	void showsTheSettings() {
		assertThat(scrape()).contains("openclaw_bucket_capacity" + TAGS + "10.0",
				"openclaw_bucket_refill_rate" + TAGS + "2.5");
	}

	@Test
	void countsKeysAndNamesNone() {
		Limiters.consume(this.limiter, "rating", "alice", 1);
		Limiters.consume(this.limiter, "rating", "bob", 1);
		assertThat(scrape()).contains("openclaw_bucket_keys_active" + TAGS + "2.0")
			.noneMatch((line) -> line.contains("alice") || line.contains("bob"));
	}

	@Test
	void countsRequestsForKeysThatFoundNoRoom() {
		assertThat(scrape()).contains("openclaw_bucket_overflow_total" + TAGS + "0.0");
		IntStream.range(0, Limiters.MAX_KEYS + 3).forEach((i) -> Limiters.consume(this.limiter, "rating", "k" + i, 1));
		assertThat(scrape()).contains("openclaw_bucket_overflow_total" + TAGS + "3.0");
	}

	@Test
	void allGaugesOfALevelShowTheSameLowInOneScrape() {
		Limiters.consume(this.limiter, "rating", "alice", 8);
		Limiters.consume(this.limiter, "rating", "bob", 1);
		assertThat(scrape()).contains("openclaw_bucket_tokens_current" + TAGS + "2.0",
				"tokens_available" + ALIAS_TAGS + "2.0", "openclaw_token_depletion_rate" + TAGS + "0.8");
	}

	@Test
	void aLevelBelowZeroIsShownAsNone() {
		MemberId other = new MemberId("edge-b", 1);
		TokenBucketState spent = TokenBucketState.empty().consume(new Birth(other, 1), MicroTokens.ofTokens(11));
		this.store.replicas().restore(new BucketUpdate(BucketKey.of("rating", "alice"), spent), this.now.get());
		assertThat(this.limiter.peek("rating", "alice").level()).isNegative();
		assertThat(scrape()).contains("openclaw_bucket_tokens_current" + TAGS + "0.0",
				"tokens_available" + ALIAS_TAGS + "0.0", "openclaw_token_depletion_rate" + TAGS + "1.0");
	}

	@Test
	void anUntouchedLimitIsFull() {
		assertThat(scrape()).contains("openclaw_bucket_tokens_current" + TAGS + "10.0",
				"openclaw_token_depletion_rate" + TAGS + "0.0");
	}

	@Test
	void aLowIsForgottenWhenScrapesAreFartherApart() {
		Limiters.consume(this.limiter, "rating", "alice", 8);
		scrape();
		elapse(Duration.ofSeconds(15));
		assertThat(scrape()).contains("openclaw_bucket_tokens_current" + TAGS + "10.0");
	}

	@Test
	void showsRequestsPerSecondAdmittedOrNot() {
		Limiters.consume(this.limiter, "rating", "alice", 150);
		elapse(Duration.ofSeconds(15));
		assertThat(scrape()).contains("openclaw_requests_per_second" + TAGS + "10.0",
				"request_rate" + ALIAS_TAGS + "10.0");
	}

	@Test
	void countsWhatTheLimiterDecides() {
		Limiters.consume(this.limiter, "rating", "alice", 12);
		assertThat(scrape()).contains(
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"admitted\",region=\"us-east-1\"} 10.0",
				"openclaw_rate_limit_decisions_total{bucket=\"rating\",node=\"edge-a\",outcome=\"rejected\",region=\"us-east-1\"} 2.0",
				"openclaw_rate_limit_violations_total{bucket=\"rating\",node=\"edge-a\",reason=\"exhausted\",region=\"us-east-1\"} 2.0",
				"openclaw_rate_limit_decision_seconds_count" + TAGS + "12");
	}

	private String[] scrape() {
		return this.registry.scrape().split("\n");
	}

	private void elapse(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

}
