package io.openclaw.tokenbucket.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.SoloTicker;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.observability.CompositeReplicationListener;
import io.openclaw.tokenbucket.observability.audit.Recording;
import io.openclaw.tokenbucket.persistence.SnapshotKeeper;
import io.openclaw.tokenbucket.persistence.SnapshotStore;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;
import io.openclaw.tokenbucket.replication.port.ReplicationTransport;

/**
 * Auto-configuration of replication: with the other gateways where there is a transport,
 * and with none where there is not.
 */
@AutoConfiguration(after = { OpenClawLimiterAutoConfiguration.class, OpenClawRedisAutoConfiguration.class })
public final class OpenClawReplicationAutoConfiguration {

	private static final Log logger = LogFactory.getLog(OpenClawReplicationAutoConfiguration.class);

	@Bean
	@ConditionalOnBean(Replicator.class)
	ReplicatorLifecycle replicatorLifecycle(Replicator replicator, OpenClawSettings settings) {
		return new ReplicatorLifecycle(replicator, settings.limiter().syncInterval());
	}

	@Bean
	@ConditionalOnBean({ Replicator.class, SnapshotStore.class })
	SnapshotLifecycle snapshotLifecycle(BucketStore store, SnapshotStore snapshots, Replicator replicator,
			OpenClawSettings settings, NanoClock clock, ObjectProvider<ReplicationListener> listeners) {
		ScheduledTimer timer = new ScheduledTimer("openclaw-snapshots");
		SnapshotKeeper keeper = new SnapshotKeeper(store, snapshots, settings.replication().signing(), clock, timer,
				new CompositeReplicationListener(listeners.orderedStream().toList()));
		return new SnapshotLifecycle(keeper, replicator, timer, settings.replication().replicationFactor());
	}

	@Bean
	@Order
	@ConditionalOnBean(Replicator.class)
	Refreshable openClawSyncIntervalRefresh(BucketStore store, Replicator replicator) {
		return (properties, settings) -> () -> {
			store.limits().changeSyncInterval(properties.crdt().syncInterval());
			replicator.changeSyncInterval(properties.crdt().syncInterval());
		};
	}

	/**
	 * The gateway is one of a fleet.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(ReplicationTransport.class)
	@ConditionalOnBooleanProperty(name = "openclaw.crdt.enabled", matchIfMissing = true)
	static class FleetConfiguration {

		@Bean
		@ConditionalOnMissingBean
		Replicator replicator(BucketStore store, ReplicationTransport transport, OpenClawSettings settings,
				NanoClock clock, Timer timer, ObjectProvider<ReplicationListener> listeners,
				ObjectProvider<Recording> recording) {
			if (!settings.isSigned()) {
				logger
					.warn("Messages between gateways are not signed. So everybody who can publish in the Redis can spend "
							+ "and refill every bucket. Set openclaw.crdt.secret to a long random text, the same on all gateways");
			}
			ReplicationTransport carried = recording.stream()
				.findFirst()
				.map((file) -> file.of(transport))
				.orElse(transport);
			return new Replicator(store, carried, settings.replication(), clock, timer,
					new CompositeReplicationListener(listeners.orderedStream().toList()));
		}

	}

	/**
	 * The gateway is the whole fleet.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnSingleGatewayCondition.class)
	static class SingleGatewayConfiguration {

		SingleGatewayConfiguration(OpenClawProperties properties) {
			if (properties.crdt().enabled() && !properties.crdt().buses().isEmpty()) {
				throw new OpenClawConfigurationException("openclaw.crdt.buses", properties.crdt().buses(),
						"there is no Redis client on the class path", "Add spring-boot-starter-data-redis-reactive.");
			}
		}

		// Before Spring Data Redis refuses a blank property in words of its own.
		@Bean
		static BeanFactoryPostProcessor tokenBucketRedisRequirement(Environment environment) {
			return (beans) -> {
				Binder binder = Binder.get(environment);
				if (binder.bind("openclaw.crdt.enabled", Boolean.class).orElse(true)
						&& binder.bind("openclaw.crdt.required", Boolean.class).orElse(false)) {
					throw MissingRedis.in(environment);
				}
			};
		}

		@Bean
		@ConditionalOnMissingBean
		SoloTicker tokenBucketSoloTicker(BucketStore store, NanoClock clock, Timer timer, OpenClawSettings settings,
				OpenClawProperties properties) {
			logger.info(properties.crdt().enabled()
					? "No Redis is configured, so this gateway limits alone and shares no budget. To share budgets, set "
							+ "spring.data.redis.host, .url or openclaw.crdt.buses. With openclaw.crdt.required, a gateway "
							+ "without a Redis refuses to start"
					: "openclaw.crdt.enabled is false, so this gateway limits alone and shares no budget");
			return new SoloTicker(store, clock, timer, settings.limiter().syncInterval());
		}

	}

	/**
	 * Matches when nothing carries replication, or nothing shall.
	 */
	static class OnSingleGatewayCondition extends AnyNestedCondition {

		OnSingleGatewayCondition() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@ConditionalOnMissingBean({ ReplicationTransport.class, Replicator.class })
		static class OnNoTransport {

		}

		@ConditionalOnBooleanProperty(name = "openclaw.crdt.enabled", havingValue = false)
		static class OnDisabled {

		}

	}

}
