package io.openclaw.tokenbucket.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.ReplicationLogger;
import io.openclaw.tokenbucket.observability.Limiters;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.Statuses;
import io.openclaw.tokenbucket.observability.TokenBucketReplicationHealthIndicator;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.endpoint.ReplicationEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsEndpoint;
import io.openclaw.tokenbucket.observability.metrics.BucketMetrics;
import io.openclaw.tokenbucket.observability.metrics.DecisionMetrics;
import io.openclaw.tokenbucket.observability.metrics.FleetMetrics;
import io.openclaw.tokenbucket.observability.metrics.NodeTags;
import io.openclaw.tokenbucket.observability.metrics.ReplicationMetrics;

import static org.assertj.core.api.Assertions.assertThat;

class OpenClawObservabilityAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner withoutLimiter = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OpenClawObservabilityAutoConfiguration.class,
				OpenClawEndpointsAutoConfiguration.class, OpenClawHealthAutoConfiguration.class,
				OpenClawMetricsAutoConfiguration.class, EndpointAutoConfiguration.class,
				WebEndpointAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class));

	private final ReactiveWebApplicationContextRunner runner = this.withoutLimiter
		.withUserConfiguration(LimiterConfiguration.class);

	@Test
	void endpointsAreThereOnceExposed() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=tokenbuckets,replication")
			.run((context) -> assertThat(context).hasSingleBean(TokenBucketsEndpoint.class)
				.hasSingleBean(ReplicationEndpoint.class));
	}

	@Test
	void endpointsAreNotThereUntilExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(TokenBucketsEndpoint.class)
			.doesNotHaveBean(ReplicationEndpoint.class));
	}

	@Test
	void endpointFindsKeysByTheLookupThatIsThere() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=tokenbuckets")
			.withBean(KeyLookup.class, () -> (limit, sent) -> "id-of-" + sent)
			.run((context) -> {
				context.getBean(TokenBucketLimiter.class).tryConsume("rating", "id-of-secret", 1);
				assertThat(context.getBean(TokenBucketsEndpoint.class).bucket("rating", "secret")).isNotNull();
			});
	}

	@Test
	void healthComponentIsThere() {
		this.runner.run((context) -> assertThat(
				context.getBean(HealthContributorRegistry.class).getContributor("tokenBucketReplication"))
			.isNotNull());
	}

	@Test
	void healthComponentCanBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.tokenBucketReplication.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(TokenBucketReplicationHealthIndicator.class));
	}

	@Test
	void listenerOfDecisionsAndGaugesOfTheLimiterFormNoCycle() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(BucketMetrics.class).hasSingleBean(FleetMetrics.class);
			context.getBean(TokenBucketLimiter.class).tryConsume("rating", "4711", 1);
			assertThat(context.getBean(MeterRegistry.class)
				.get("openclaw.rate.limit.decisions")
				.tags("bucket", "rating", "outcome", "admitted")
				.functionCounter()
				.count()).isEqualTo(1);
		});
	}

	@Test
	void metersCarryNodeAndConfiguredRegion() {
		this.runner.withPropertyValues("openclaw.node.region=us-east-1")
			.run((context) -> assertThat(context.getBean(MeterRegistry.class)
				.get("openclaw.bucket.capacity")
				.tags("bucket", "rating", "node", "edge-a", "region", "us-east-1")
				.gauge()
				.value()).isEqualTo(10));
	}

	@Test
	void withoutReplicatorTheFleetIsThisMember() {
		this.runner
			.run((context) -> assertThat(context.getBean(ReplicationStatusSource.class).current().fleetSize()).isOne());
	}

	@Test
	void backsOffToBeansOfTheUser() {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=tokenbuckets,replication",
					"spring.main.allow-bean-definition-overriding=false")
			.withUserConfiguration(UserConfiguration.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(ReplicationStatusSource.class)
					.hasSingleBean(ReplicationLogger.class)
					.hasSingleBean(DecisionMetrics.class)
					.hasBean("ownMetrics")
					.doesNotHaveBean(TokenBucketReplicationHealthIndicator.class);
				assertThat(context.getBean(ReplicationEndpoint.class).replication().fleetSize()).isEqualTo(3);
			});
	}

	@Test
	void thereIsNothingToObserveWithoutALimiter() {
		this.withoutLimiter.withPropertyValues("management.endpoints.web.exposure.include=*")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TokenBucketsEndpoint.class)
				.doesNotHaveBean(ReplicationEndpoint.class)
				.doesNotHaveBean(TokenBucketReplicationHealthIndicator.class)
				.doesNotHaveBean(BucketMetrics.class)
				.doesNotHaveBean(FleetMetrics.class));
	}

	@Test
	void startsWithoutActuator() {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawObservabilityAutoConfiguration.class,
					OpenClawEndpointsAutoConfiguration.class, OpenClawHealthAutoConfiguration.class,
					OpenClawMetricsAutoConfiguration.class))
			.withUserConfiguration(LimiterConfiguration.class)
			.withClassLoader(new FilteredClassLoader(Endpoint.class, HealthIndicator.class, MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ReplicationLogger.class)
				.doesNotHaveBean(TokenBucketsEndpoint.class)
				.doesNotHaveBean(TokenBucketReplicationHealthIndicator.class)
				.doesNotHaveBean(DecisionMetrics.class));
	}

	@Test
	void measuresNothingWithoutARegistry() {
		new ReactiveWebApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(OpenClawObservabilityAutoConfiguration.class,
					OpenClawMetricsAutoConfiguration.class))
			.withUserConfiguration(LimiterConfiguration.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(DecisionMetrics.class)
				.doesNotHaveBean(ReplicationMetrics.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class LimiterConfiguration {

		@Bean
		MemberId memberId() {
			return Limiters.SELF;
		}

		@Bean
		TokenBucketLimiter tokenBucketLimiter(ObjectProvider<DecisionMetrics> listener) {
			return Limiters.limiter(Limiters.store(NanoClock.SYSTEM), NanoClock.SYSTEM, listener.getIfAvailable());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UserConfiguration {

		@Bean
		ReplicationStatusSource ownSource() {
			return Statuses::degraded;
		}

		@Bean
		ReplicationLogger ownLogger() {
			return new ReplicationLogger(NanoClock.SYSTEM);
		}

		@Bean
		DecisionMetrics ownMetrics(MeterRegistry registry, NodeTags tags) {
			return new DecisionMetrics(registry, tags);
		}

		@Bean
		HealthIndicator tokenBucketReplicationHealthIndicator() {
			return () -> null;
		}

	}

}
