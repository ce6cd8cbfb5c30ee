package io.openclaw.tokenbucket.autoconfigure;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.observability.FleetJournal;
import io.openclaw.tokenbucket.observability.MergeLogger;
import io.openclaw.tokenbucket.observability.RejectionLogger;
import io.openclaw.tokenbucket.observability.Rejections;
import io.openclaw.tokenbucket.observability.ReplicationLogger;
import io.openclaw.tokenbucket.observability.ReplicationStatusSource;
import io.openclaw.tokenbucket.observability.ShadowLogger;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.replication.port.MessageSigning;

/**
 * {@link AutoConfiguration Auto-configuration} for what operators see whether or not
 * Actuator is there: the log, and the source of what endpoints, health and metrics show.
 */
@AutoConfiguration(afterName = { "io.openclaw.tokenbucket.autoconfigure.OpenClawLimiterAutoConfiguration",
		"io.openclaw.tokenbucket.autoconfigure.OpenClawReplicationAutoConfiguration" })
public final class OpenClawObservabilityAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ReplicationLogger openClawReplicationLogger(ObjectProvider<NanoClock> clock,
			ObjectProvider<ReplicationStatusSource> replication) {
		// Only later: what tells the status tells this listener. And once: to find a bean
		// takes longer than a message.
		Supplier<List<ReplicationStatusSource>> sources = SingletonSupplier.of(() -> replication.stream().toList());
		return new ReplicationLogger(clock.getIfAvailable(() -> NanoClock.SYSTEM),
				() -> sources.get().stream().flatMap((source) -> source.current().refused().stream()).toList());
	}

	@Bean
	@ConditionalOnMissingBean
	FleetJournal openClawFleetJournal(ObjectProvider<ReplicationStatusSource> replication) {
		return new FleetJournal(replication::getIfAvailable);
	}

	@Bean
	@ConditionalOnMissingBean
	ShadowLogger openClawShadowLogger(ObjectProvider<NanoClock> clock) {
		return new ShadowLogger(clock.getIfAvailable(() -> NanoClock.SYSTEM));
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnClass(name = "org.slf4j.Logger")
	@ConditionalOnProperty("openclaw.rejection-log.lines-per-minute")
	RejectionLogger openClawRejectionLogger(ObjectProvider<NanoClock> clock, OpenClawProperties properties) {
		return new RejectionLogger(clock.getIfAvailable(() -> NanoClock.SYSTEM),
				properties.rejectionLog().linesPerMinute(), properties.rejectionLog().probability());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnClass(name = "org.slf4j.Logger")
	@ConditionalOnBean(BucketStore.class)
	MergeLogger openClawMergeLogger(BucketStore store) {
		MergeLogger logger = new MergeLogger();
		store.reportMergesTo(logger);
		return logger;
	}

	@Bean
	@ConditionalOnMissingBean
	Rejections openClawRejections() {
		return new Rejections(InstantSource.system());
	}

	@Bean
	ApplicationEvents openClawApplicationEvents(ApplicationEventPublisher publisher) {
		return new ApplicationEvents(publisher);
	}

	@Bean
	@Order(1)
	@ConditionalOnBean(BucketStore.class)
	AdaptiveRefills openClawAdaptiveRefills(BucketStore store, OpenClawProperties properties,
			ObjectProvider<NanoClock> clock, ApplicationEvents events) {
		store.adaptive().reportChangesTo(events::onRateChange);
		return new AdaptiveRefills(store.adaptive(), clock.getIfAvailable(() -> NanoClock.SYSTEM), properties);
	}

	@Bean
	ReplacedGateway openClawReplacedGateway(ApplicationContext context) {
		return new ReplacedGateway(context);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(TokenBucketLimiter.class)
	ReplicationStatusSource openClawReplicationStatusSource(TokenBucketLimiter limiter,
			ObjectProvider<Replicator> replicator, ObjectProvider<OpenClawSettings> settings, Environment environment) {
		Replicator available = replicator.getIfAvailable();
		MessageSigning signing = settings.stream()
			.findFirst()
			.map((found) -> found.replication().signing())
			.orElse(MessageSigning.NONE);
		return (available != null) ? () -> available.status().refusing(signing.secretMismatches())
				: ReplicationStatusSource.local(limiter, region(environment));
	}

	static @Nullable String region(Environment environment) {
		String region = environment.getProperty("openclaw.node.region");
		return StringUtils.hasText(region) ? region : null;
	}

}
