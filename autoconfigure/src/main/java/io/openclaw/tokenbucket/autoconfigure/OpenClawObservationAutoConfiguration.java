package io.openclaw.tokenbucket.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.openclaw.tokenbucket.gateway.DecisionObserver;
import io.openclaw.tokenbucket.gateway.observation.DecisionObservationConvention;
import io.openclaw.tokenbucket.gateway.observation.ObservedDecisions;
import io.openclaw.tokenbucket.gateway.observation.ServerDecisionKeys;

/**
 * {@link AutoConfiguration Auto-configuration} for observations of decisions, where there
 * is an {@link ObservationRegistry}.
 */
@AutoConfiguration(before = OpenClawGatewayAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.cloud.gateway.config.GatewayAutoConfiguration" })
@ConditionalOnClass({ ObservationRegistry.class, Mono.class })
@ConditionalOnBean(type = { "io.micrometer.observation.ObservationRegistry",
		"org.springframework.cloud.gateway.config.GatewayProperties" })
public final class OpenClawObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(DecisionObserver.class)
	ObservedDecisions openClawObservedDecisions(ObservationRegistry registry,
			ObjectProvider<DecisionObservationConvention> convention) {
		return new ObservedDecisions(registry, convention.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	ServerDecisionKeys openClawServerDecisionKeys() {
		return new ServerDecisionKeys();
	}

}
