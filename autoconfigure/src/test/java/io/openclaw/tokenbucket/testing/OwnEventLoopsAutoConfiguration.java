package io.openclaw.tokenbucket.testing;

import java.time.Duration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * Gives each gateway of a test event loops of its own. Those of the process are shared,
 * and a gateway that is closed takes them along: requests to others are never answered
 * then.
 */
@AutoConfiguration
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
public class OwnEventLoopsAutoConfiguration {

	@Bean
	ReactorResourceFactory reactorResourceFactory() {
		ReactorResourceFactory factory = new ReactorResourceFactory();
		factory.setUseGlobalResources(false);
		factory.setShutdownQuietPeriod(Duration.ZERO);
		return factory;
	}

	@Bean
	HttpClientCustomizer onTheSameEventLoops(ReactorResourceFactory factory) {
		return (client) -> client.runOn(factory.getLoopResources());
	}

}
