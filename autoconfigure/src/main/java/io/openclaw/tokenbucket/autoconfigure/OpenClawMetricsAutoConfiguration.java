package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.gateway.PlanLists;
import io.openclaw.tokenbucket.gateway.plan.PlanCounts;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.metrics.BucketMetrics;
import io.openclaw.tokenbucket.observability.metrics.CircuitMetrics;
import io.openclaw.tokenbucket.observability.metrics.ConfiguredLimitMetrics;
import io.openclaw.tokenbucket.observability.metrics.DecisionMetrics;
import io.openclaw.tokenbucket.observability.metrics.DriftMetrics;
import io.openclaw.tokenbucket.observability.metrics.FleetMetrics;
import io.openclaw.tokenbucket.observability.metrics.NodeTags;
import io.openclaw.tokenbucket.observability.metrics.PlanMetrics;
import io.openclaw.tokenbucket.observability.metrics.ReplicationMetrics;
import io.openclaw.tokenbucket.observability.metrics.StateMetrics;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.resilience.DriftSource;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;

/**
 * {@link AutoConfiguration Auto-configuration} for metrics of decisions, levels and
 * replication.
 */
@AutoConfiguration(
		after = { OpenClawObservabilityAutoConfiguration.class, OpenClawCircuitBreakerAutoConfiguration.class,
				OpenClawGatewayAutoConfiguration.class },
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, MemberId.class })
public final class OpenClawMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	NodeTags openClawNodeTags(MemberId self, Environment environment) {
		return new NodeTags(self, OpenClawObservabilityAutoConfiguration.region(environment));
	}

	// The limiter and the replicator need the listeners, and the gauges need the limiter
	// and the replicator: apart, these beans form no cycle.

	@Bean
	@ConditionalOnMissingBean
	DecisionMetrics openClawDecisionMetrics(MeterRegistry registry, NodeTags tags) {
		return new DecisionMetrics(registry, tags);
	}

	@Bean
	@ConditionalOnMissingBean
	ReplicationMetrics openClawReplicationMetrics(MeterRegistry registry, NodeTags tags) {
		return new ReplicationMetrics(registry, tags);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(TokenBucketLimiter.class)
	BucketMetrics openClawBucketMetrics(TokenBucketLimiter limiter, DecisionMetrics decisions, NodeTags tags,
			ObjectProvider<NanoClock> clock) {
		return new BucketMetrics(limiter, decisions, tags, clock.getIfAvailable(() -> NanoClock.SYSTEM));
	}

	@Bean
	@ConditionalOnBean(BucketMetrics.class)
	LimitsAdded openClawBucketMetricsOfAddedLimits(BucketMetrics metrics) {
		return metrics::addLimits;
	}

	@Bean
	@Order(1)
	@ConditionalOnBean(OpenClawSettings.class)
	ConfiguredLimits openClawConfiguredLimits(OpenClawSettings settings) {
		return new ConfiguredLimits(settings);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(ConfiguredLimits.class)
	ConfiguredLimitMetrics openClawConfiguredLimitMetrics(ConfiguredLimits limits, NodeTags tags) {
		return new ConfiguredLimitMetrics(limits, tags);
	}

	@Bean
	@ConditionalOnBean(ConfiguredLimitMetrics.class)
	LimitsAdded openClawConfiguredLimitMetricsOfAddedLimits(ConfiguredLimitMetrics metrics) {
		return metrics::addLimits;
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean({ TokenBucketLimiter.class, DriftSource.class })
	DriftMetrics openClawDriftMetrics(TokenBucketLimiter limiter, DriftSource drift, NodeTags tags) {
		return new DriftMetrics(limiter, drift, tags);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(ReplicationStatusSource.class)
	FleetMetrics openClawFleetMetrics(ReplicationStatusSource replication, NodeTags tags) {
		return new FleetMetrics(replication, tags);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(PlanCounts.class)
	PlanMetrics openClawPlanMetrics(PlanCounts counts, PlanLists lists, ObjectProvider<PlanFileFollower> file,
			NodeTags tags) {
		PlanFileFollower followed = file.getIfAvailable();
		return new PlanMetrics(Map.of("held", counts::held, "resolved", counts::resolved, "failed", counts::failed),
				counts::unknown, lists::size, () -> followed == null || followed.isValid(), tags);
	}

	@Bean
	@ConditionalOnBean(DriftMetrics.class)
	LimitsAdded openClawDriftMetricsOfAddedLimits(DriftMetrics metrics) {
		return metrics::addLimits;
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean({ BucketStore.class, SnapshotStore.class })
	StateMetrics openClawStateMetrics(BucketStore store, SnapshotStore snapshots, NodeTags tags) {
		return new StateMetrics(store, snapshots, tags);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(CircuitBreakerRegistry.class)
	static class CircuitBreakers {

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBean(LatencyCircuitBreakers.class)
		CircuitMetrics openClawCircuitMetrics(LatencyCircuitBreakers breakers, NodeTags tags) {
			return new CircuitMetrics(breakers, tags);
		}

	}

	// Who brings a registry brings its meters as well.
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(TaggedCircuitBreakerMetrics.class)
	@ConditionalOnBean(name = "tokenBucketCircuitBreakerRegistry")
	static class Resilience4jMeters {

		@Bean
		@ConditionalOnMissingBean
		TaggedCircuitBreakerMetrics tokenBucketResilience4jMeters(CircuitBreakerRegistry registry) {
			return TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(registry);
		}

	}

}
