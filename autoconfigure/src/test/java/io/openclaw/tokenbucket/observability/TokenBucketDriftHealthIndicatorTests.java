package io.openclaw.tokenbucket.observability;

import java.util.Set;

import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.openclaw.tokenbucket.resilience.Drift;
import io.openclaw.tokenbucket.resilience.DriftSource;

import static org.assertj.core.api.Assertions.assertThat;

class TokenBucketDriftHealthIndicatorTests {

	@Test
	void isUpWhileNoLimitIsInFallback() {
		assertThat(new TokenBucketDriftHealthIndicator(DriftSource.NONE).health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void isDegradedAndNamesTheLimitsWhileOthersSpendTooMuch() {
		Health health = new TokenBucketDriftHealthIndicator(new DriftSource() {

			@Override
			public Drift drift(String limit) {
				return NONE.drift(limit);
			}

			@Override
			public Set<String> inFallback() {
				return Set.of("search", "rating");
			}

		}).health();
		assertThat(health.getStatus()).isEqualTo(TokenBucketReplicationHealthIndicator.DEGRADED);
		assertThat(health.getDetails().get("limitsInFallback")).hasToString("[rating, search]");
	}

}
