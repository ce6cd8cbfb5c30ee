package io.openclaw.tokenbucket.autoconfigure;

import java.net.URI;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.EndpointsSupplier;
import org.springframework.boot.actuate.endpoint.ExposableEndpoint;
import org.springframework.boot.actuate.endpoint.Operation;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.server.RouterFunction;

import io.openclaw.tokenbucket.console.ConsoleRoutes;
import io.openclaw.tokenbucket.console.ConsoleSettings;
import io.openclaw.tokenbucket.console.ConsoleSource;
import io.openclaw.tokenbucket.console.ConsoleStream;
import io.openclaw.tokenbucket.console.DecisionCounts;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.CircuitStates;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;
import io.openclaw.tokenbucket.observability.endpoint.ReplicationEndpoint;
import io.openclaw.tokenbucket.observability.endpoint.TokenBucketsEndpoint;
import io.openclaw.tokenbucket.resilience.DriftSource;

/**
 * {@link AutoConfiguration Auto-configuration} for the console: the live page at the path
 * {@code console} below the endpoints, on their port. For Spring Security it is an
 * endpoint with the id {@code console}.
 */
@AutoConfiguration(after = { OpenClawObservabilityAutoConfiguration.class,
		OpenClawCircuitBreakerAutoConfiguration.class, OpenClawEndpointsAutoConfiguration.class })
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass({ WebEndpointProperties.class, RouterFunction.class, JsonMapper.class })
@ConditionalOnBooleanProperty("openclaw.console.enabled")
@ConditionalOnBean({ TokenBucketLimiter.class, ReplicationStatusSource.class })
public final class OpenClawConsoleAutoConfiguration {

	private static final EndpointId ID = EndpointId.of("console");

	@Bean
	DecisionCounts openClawConsoleDecisionCounts() {
		return new DecisionCounts();
	}

	@Bean
	EndpointsSupplier<ConsoleEndpoint> openClawConsoleEndpointsSupplier() {
		return () -> List.of(new ConsoleEndpoint());
	}

	@Bean
	ConsoleStream openClawConsoleStream(TokenBucketLimiter limiter, ReplicationStatusSource replication,
			DecisionCounts decisions, Rejections rejections, ObjectProvider<KeyLookup> keys,
			ObjectProvider<DriftSource> drift, ObjectProvider<CircuitStates> circuits) {
		JsonMapper json = JsonMapper.builder().build();
		ConsoleSource source = new ConsoleSource(
				new TokenBucketsEndpoint(limiter, keys.getIfAvailable(() -> KeyLookup.AS_SENT),
						drift.getIfAvailable(() -> DriftSource.NONE), rejections),
				new ReplicationEndpoint(replication), decisions, circuits.getIfAvailable(() -> Map::of),
				InstantSource.system(), System::nanoTime);
		return new ConsoleStream(() -> json.writeValueAsString(source.get()), Schedulers.parallel());
	}

	@Bean
	ApplicationListener<ContextClosedEvent> openClawConsoleEnd(ConsoleStream stream) {
		return (event) -> stream.end();
	}

	@Bean
	ConsoleRoutes openClawConsoleRoutes(ConsoleStream stream, WebEndpointProperties endpoints,
			EndpointAccessResolver access, OpenClawProperties properties) {
		return new ConsoleRoutes(settings(endpoints, access, properties.console()), stream,
				JsonMapper.builder().build()::writeValueAsString);
	}

	private static ConsoleSettings settings(WebEndpointProperties endpoints, EndpointAccessResolver access,
			OpenClawProperties.Console console) {
		String base = endpoints.getBasePath();
		boolean writes = access.accessFor(EndpointId.of("tokenbuckets"), Access.READ_ONLY) == Access.UNRESTRICTED;
		List<URI> gateways = console.gateways();
		return new ConsoleSettings(base + "/" + ID, base, writes, gateways,
				StringUtils.hasText(console.extension()) ? console.extension() : null);
	}

	/**
	 * Lets Spring Security's {@code EndpointRequest} see the page.
	 */
	static final class ConsoleEndpoint implements ExposableEndpoint<Operation>, PathMappedEndpoint {

		@Override
		public EndpointId getEndpointId() {
			return ID;
		}

		@Override
		public Access getDefaultAccess() {
			return Access.READ_ONLY;
		}

		@Override
		public Collection<Operation> getOperations() {
			return List.of();
		}

		@Override
		public String getRootPath() {
			return ID.toString();
		}

	}

}
