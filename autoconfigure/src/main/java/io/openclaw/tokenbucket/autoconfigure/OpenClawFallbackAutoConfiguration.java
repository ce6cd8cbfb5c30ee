package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.observability.FallbackLogger;
import io.openclaw.tokenbucket.resilience.DriftMonitor;
import io.openclaw.tokenbucket.resilience.FallbackListener;
import io.openclaw.tokenbucket.resilience.FallbackPolicy;

/**
 * Auto-configuration of the fallback to a gateway's own part of a limit while others do
 * not keep to the rules.
 */
@AutoConfiguration(after = OpenClawLimiterAutoConfiguration.class,
		before = { OpenClawReplicationAutoConfiguration.class, OpenClawObservabilityAutoConfiguration.class })
public final class OpenClawFallbackAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	FallbackPolicy tokenBucketFallbackPolicy(OpenClawSettings settings) {
		return settings.fallback();
	}

	@Bean
	@ConditionalOnMissingBean
	FallbackLogger openClawFallbackLogger() {
		return new FallbackLogger();
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(BucketStore.class)
	DriftMonitor tokenBucketDriftMonitor(BucketStore store, FallbackPolicy policy, NanoClock clock,
			ObjectProvider<FallbackListener> listeners) {
		return new DriftMonitor(store, policy, clock, listeners.orderedStream().toList());
	}

}
