package io.openclaw.tokenbucket.autoconfigure;

import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.webflux.actuate.endpoint.web.AbstractWebFluxEndpointHandlerMapping;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.CircuitStates;
import io.openclaw.tokenbucket.observability.CompositeReplicationListener;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.endpoint.BucketExplainer;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.endpoint.KnownFieldsAdvisor;
import io.openclaw.tokenbucket.observability.endpoint.ReplicationEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.SnapshotEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsWebExtension;
import io.openclaw.tokenbucket.observability.endpoint.web.EndpointPaths;
import io.openclaw.tokenbucket.observability.endpoint.web.WriteHandlerAdapter;
import io.openclaw.tokenbucket.persistence.SnapshotFile;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * {@link AutoConfiguration Auto-configuration} for the endpoints {@code tokenbuckets} and
 * {@code replication}.
 */
@AutoConfiguration(after = OpenClawObservabilityAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
public final class OpenClawEndpointsAutoConfiguration {

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnMissingBean
	@ConditionalOnBean(TokenBucketLimiter.class)
	TokenBucketsEndpoint openClawTokenBucketsEndpoint(TokenBucketLimiter limiter, ObjectProvider<KeyLookup> keys,
			ObjectProvider<DriftSource> drift, Rejections rejections) {
		return new TokenBucketsEndpoint(limiter, keys.getIfAvailable(() -> KeyLookup.AS_SENT),
				drift.getIfAvailable(() -> DriftSource.NONE), rejections);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(TokenBucketsEndpoint.class)
	BucketExplainer openClawBucketExplainer(TokenBucketLimiter limiter, ObjectProvider<KeyLookup> keys,
			ObjectProvider<DriftSource> drift, Rejections rejections, ObjectProvider<CircuitStates> circuits) {
		return new BucketExplainer(limiter, keys.getIfAvailable(() -> KeyLookup.AS_SENT),
				drift.getIfAvailable(() -> DriftSource.NONE), rejections, circuits.getIfAvailable(() -> Map::of));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean({ TokenBucketsEndpoint.class, LimitControl.class })
	TokenBucketsWebExtension openClawTokenBucketsWebExtension(TokenBucketsEndpoint endpoint, LimitControl control,
			BucketExplainer explainer, ApplicationEventPublisher events) {
		return new TokenBucketsWebExtension(endpoint, control, explainer, events);
	}

	@Bean
	KnownFieldsAdvisor openClawKnownFieldsAdvisor() {
		return new KnownFieldsAdvisor();
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	@ConditionalOnClass({ AbstractWebFluxEndpointHandlerMapping.class, JsonMapper.class })
	static class Writes {

		@Bean
		WriteHandlerAdapter openClawWriteHandlerAdapter(ObjectProvider<PathMappedEndpoints> endpoints) {
			return new WriteHandlerAdapter(new EndpointPaths(endpoints::getIfAvailable));
		}

	}

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnMissingBean
	@ConditionalOnBean({ BucketStore.class, OpenClawSettings.class })
	SnapshotEndpoint openClawSnapshotEndpoint(BucketStore store, OpenClawSettings settings, NanoClock clock,
			ObjectProvider<ReplicationListener> listeners, ApplicationEventPublisher events) {
		return new SnapshotEndpoint(new SnapshotFile(store, settings.replication().signing(), clock,
				new CompositeReplicationListener(listeners.orderedStream().toList())), events);
	}

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnMissingBean
	@ConditionalOnBean(ReplicationStatusSource.class)
	ReplicationEndpoint openClawReplicationEndpoint(ReplicationStatusSource replication) {
		return new ReplicationEndpoint(replication);
	}

}
