package io.openclaw.tokenbucket.gateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.TestPropertySource;

import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveRateChanged;
import io.openclaw.tokenbucket.limiter.adaptive.AdaptiveStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A gateway on its own before an upstream that refuses, over HTTP.
 */
@TestPropertySource(properties = "spring.config.name=gateway-adaptive")
class AdaptiveRefillHttpTests extends GatewayOverHttp {

	@Autowired
	private TestGateway gateway;

	@Test
	void whatTheUpstreamRefusesLowersTheRateOfTheLimitAndItsOverridesAndIsShown() {
		upstream.failNext(30);
		call("/orders", 40);
		await().untilAsserted(() -> assertThat(rate("orders")).isLessThan(71));
		assertThat(rate("orders.gold")).isEqualTo(2 * rate("orders"));
		assertThat(this.limiter.deviations()).isEmpty();
		await().untilAsserted(() -> assertThat(this.gateway.changes()).anySatisfy((change) -> {
			assertThat(change.limit()).isEqualTo("orders");
			assertThat(change.to()).isBetween(0.2, 0.71);
			assertThat(change.applied()).isTrue();
		}));
		this.client.get()
			.uri("/actuator/tokenbuckets/orders")
			.exchange()
			.expectBody()
			.jsonPath("$.adaptive.applied")
			.isEqualTo(true)
			.jsonPath("$.adaptive.floor")
			.isEqualTo(0.2)
			.jsonPath("$.configured.refillRatePerSecond")
			.isEqualTo(100)
			.jsonPath("$.configured.followed")
			.isEqualTo(true);
	}

	@Test
	void whatIsOnlyAdvisedIsShownAndNothingElse() {
		upstream.failNext(30);
		call("/advised", 40);
		await().untilAsserted(() -> assertThat(status("advised").factor()).isLessThan(0.71));
		assertThat(rate("advised")).isEqualTo(100);
	}

	@Test
	void whatAnotherFilterOfThisGatewayRejectsSaysNothingOfTheUpstream() {
		call("/both", 30);
		await().until(() -> status("outer").step() > 2);
		assertThat(status("outer").factor()).isEqualTo(1);
	}

	@Test
	void answersAreMeasured() {
		call("/orders", 20);
		await().untilAsserted(() -> assertThat(status("orders").usualLatency()).isNotNull().isPositive());
	}

	private void call(String path, int times) {
		for (int i = 0; i < times; i++) {
			this.client.get().uri(path).header("X-Key", this.apiKey).exchange();
		}
	}

	private double rate(String limit) {
		return this.limiter.policy(limit).limit().refillRate().tokensPerSecond();
	}

	private AdaptiveStatus status(String limit) {
		return this.limiter.adaptive().status(limit).orElseThrow();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class TestGateway {

		private final List<AdaptiveRateChanged> changes = new CopyOnWriteArrayList<>();

		List<AdaptiveRateChanged> changes() {
			return this.changes;
		}

		@EventListener
		void onChange(AdaptiveRateChanged change) {
			this.changes.add(change);
		}

	}

}
