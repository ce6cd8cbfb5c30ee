package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.TokenBucketReplicationHealthIndicator;

/**
 * {@link AutoConfiguration Auto-configuration} for the health component
 * {@code tokenBucketReplication}.
 */
@AutoConfiguration(after = OpenClawObservabilityAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
public final class OpenClawHealthAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("tokenBucketReplication")
	@ConditionalOnMissingBean(
			name = { "tokenBucketReplicationHealthIndicator", "tokenBucketReplicationHealthContributor" })
	@ConditionalOnBean(ReplicationStatusSource.class)
	TokenBucketReplicationHealthIndicator tokenBucketReplicationHealthIndicator(ReplicationStatusSource replication) {
		return new TokenBucketReplicationHealthIndicator(replication);
	}

}
