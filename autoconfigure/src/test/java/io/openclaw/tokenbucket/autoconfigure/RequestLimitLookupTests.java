package io.openclaw.tokenbucket.autoconfigure;

import java.util.Set;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.annotation.Configuration;

import io.openclaw.tokenbucket.observability.endpoint.KeyLookup;

import static org.assertj.core.api.Assertions.assertThat;

class RequestLimitLookupTests {

	@Test
	void keyAndCostAreShownAsTheyAreAfterARefresh() {
		new ReactiveWebApplicationContextRunner().withUserConfiguration(Gateway.class)
			.withPropertyValues("openclaw.buckets.rating.capacity=10",
					"openclaw.buckets.rating.refill-rate-per-second=1", "openclaw.buckets.rating.key=header:X-User")
			.run((context) -> {
				KeyLookup lookup = context.getBean(KeyLookup.class);
				assertThat(lookup.requestsTo("rating").key()).isEqualTo("header:X-User");
				TestPropertyValues
					.of("openclaw.buckets.rating.key=ip", "openclaw.buckets.rating.cost=3",
							"openclaw.buckets.added.capacity=1", "openclaw.buckets.added.refill-rate-per-second=1")
					.applyTo(context);
				context.publishEvent(new EnvironmentChangeEvent(context, Set.of()));
				assertThat(lookup.requestsTo("rating").key()).isEqualTo("ip");
				assertThat(lookup.requestsTo("rating").cost()).isEqualTo("3");
				assertThat(lookup.requestsTo("added")).isNotNull();
			});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
