package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

import io.openclaw.tokenbucket.limiter.LimitControl;

/**
 * {@link AutoConfiguration Auto-configuration} that has limits follow the configuration
 * when Spring Cloud refreshes it.
 */
@AutoConfiguration(after = { OpenClawLimiterAutoConfiguration.class, OpenClawReplicationAutoConfiguration.class,
		OpenClawGatewayAutoConfiguration.class, OpenClawMetricsAutoConfiguration.class })
@ConditionalOnClass({ EnvironmentChangeEvent.class, RefreshScopeRefreshedEvent.class })
@ConditionalOnBean(LimitControl.class)
public final class OpenClawRefreshAutoConfiguration {

	// First, for the others look at the limits that there are.

	@Bean
	@Order(0)
	LimitRefresh openClawLimitRefresh(LimitControl control, OpenClawSettings settings) {
		return new LimitRefresh(control, settings.policies());
	}

	@Bean
	@Order
	Refreshable openClawLimitsAddedRefresh(ObjectProvider<LimitsAdded> added) {
		return (properties, settings) -> () -> added.orderedStream().forEach(LimitsAdded::look);
	}

	@Bean
	ConfigurationRefresh openClawConfigurationRefresh(Environment environment, OpenClawProperties properties,
			ObjectProvider<Refreshable> refreshables) {
		return new ConfigurationRefresh(environment, properties, refreshables.orderedStream().toList());
	}

	// Both: the first says which properties changed, the second comes without it where a
	// scope is refreshed by hand.

	@Bean
	ApplicationListener<EnvironmentChangeEvent> openClawEnvironmentChangeListener(ConfigurationRefresh refresh) {
		return new EnvironmentChangeListener(refresh);
	}

	@Bean
	ApplicationListener<RefreshScopeRefreshedEvent> openClawScopeRefreshedListener(ConfigurationRefresh refresh) {
		return new ScopeRefreshedListener(refresh);
	}

	// Not as lambdas, whose events could not be told apart.

	private record EnvironmentChangeListener(
			ConfigurationRefresh refresh) implements ApplicationListener<EnvironmentChangeEvent> {

		@Override
		public void onApplicationEvent(EnvironmentChangeEvent event) {
			this.refresh.refresh();
		}

	}

	private record ScopeRefreshedListener(
			ConfigurationRefresh refresh) implements ApplicationListener<RefreshScopeRefreshedEvent> {

		@Override
		public void onApplicationEvent(RefreshScopeRefreshedEvent event) {
			this.refresh.refresh();
		}

	}

}
