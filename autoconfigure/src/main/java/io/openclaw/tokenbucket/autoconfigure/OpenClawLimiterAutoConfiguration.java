package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.port.LimitControlListener;

/**
 * Auto-configuration of the limiter, for gateways and for the application's own code.
 */
@AutoConfiguration
@EnableConfigurationProperties(OpenClawProperties.class)
public final class OpenClawLimiterAutoConfiguration {

	@Bean
	OpenClawSettings openClawSettings(OpenClawProperties properties) {
		return OpenClawSettings.from(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	NanoClock tokenBucketClock() {
		return NanoClock.SYSTEM;
	}

	@Bean
	@ConditionalOnMissingBean(Timer.class)
	ScheduledTimer tokenBucketTimer() {
		return new ScheduledTimer("openclaw-replication");
	}

	// Requests that wait must not wait for what replication does.
	@Bean(defaultCandidate = false)
	@ConditionalOnMissingBean(name = "tokenBucketDeadlines")
	ScheduledTimer tokenBucketDeadlines() {
		return new ScheduledTimer("openclaw-deadlines");
	}

	@Bean
	@ConditionalOnMissingBean
	MemberId tokenBucketMemberId(OpenClawProperties properties, Environment environment) {
		return new MemberId(NodeId.of(properties, environment), System.currentTimeMillis());
	}

	@Bean
	@ConditionalOnMissingBean
	BucketStore bucketStore(MemberId self, OpenClawSettings settings, NanoClock clock) {
		return new BucketStore(self, settings.policies(),
				HeapRoom.fit(settings.limiter(), Runtime.getRuntime().maxMemory()), clock);
	}

	@Bean
	@ConditionalOnMissingBean
	LimitControl tokenBucketLimitControl(BucketStore store, NanoClock clock,
			ObjectProvider<LimitControlListener> listener) {
		return new LimitControl(store, clock, listener.getIfAvailable(() -> LimitControlListener.NONE));
	}

	@Bean
	@ConditionalOnMissingBean
	TokenBucketLimiter tokenBucketLimiter(BucketStore store, NanoClock clock,
			@Qualifier("tokenBucketDeadlines") Timer deadlines, ObjectProvider<DecisionListener> listeners) {
		return new TokenBucketLimiter(store, clock, deadlines,
				new DecisionListeners(listeners.orderedStream().toList()));
	}

}
