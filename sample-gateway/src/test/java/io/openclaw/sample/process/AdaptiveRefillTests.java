package io.openclaw.sample.process;

import java.time.Duration;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * Two gateways before a service that answers 200 requests a second, then 50, then 200
 * again. Callers want 150, and may have 100.
 */
@Isolated("others would slow the gateways and the service, which answer for their numbers")
@EnabledIfSystemProperty(named = "adaptive.process", matches = "true")
class AdaptiveRefillTests {

	private static final int RATE = 100;

	private static final int ENOUGH = 200;

	private static final int SCARCE = 50;

	private static final Duration TO_FIND = Duration.ofSeconds(30);

	private static final Duration TO_GIVE_BACK = Duration.ofSeconds(60);

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	@Test
	void theRateFindsWhatTheServiceCanDoAndGivesTheRestBack() {
		try (BusyService service = new BusyService(ENOUGH);
				GatewayProcess one = start("one", service);
				GatewayProcess two = start("two", service)) {
			List<GatewayProcess> gateways = List.of(one, two);
			gateways.forEach(GatewayProcess::awaitReady);
			gateways.forEach((gateway) -> gateway.awaitFleetSize(2, Duration.ofSeconds(10)));
			try (Load load = new Load(gateways, "/adaptive", "partner")) {
				load.start(150);
				await().atMost(TO_GIVE_BACK).until(() -> rate(one) == RATE && adaptive(one).has("usualLatencyMillis"));

				service.answerAtMost(SCARCE);
				rates(gateways, TO_FIND);
				long before = service.answered();
				DoubleSummaryStatistics found = rates(gateways, Duration.ofSeconds(20));
				double answered = (service.answered() - before) / 20.0;
				System.out.printf("of %d a second: rates %s, answered %.1f%n", SCARCE, found, answered);

				long restored = System.nanoTime();
				service.answerAtMost(ENOUGH);
				await().atMost(TO_GIVE_BACK).until(() -> rate(one) == RATE && rate(two) == RATE);
				System.out.printf("the whole rate is back after %.1f s%n", (System.nanoTime() - restored) / 1e9);
				assertThat(found.getAverage()).isCloseTo(SCARCE, within(0.1 * SCARCE));
				assertThat(answered).isGreaterThan(0.9 * SCARCE);
			}
		}
	}

	private static GatewayProcess start(String node, BusyService service) {
		return GatewayProcess.start(node, redis, "--sample.rating-service=" + service.url());
	}

	private static DoubleSummaryStatistics rates(List<GatewayProcess> gateways, Duration duration) {
		DoubleSummaryStatistics rates = new DoubleSummaryStatistics();
		AtomicInteger left = new AtomicInteger((int) duration.toSeconds());
		await().pollInterval(Duration.ofSeconds(1)).atMost(duration.multipliedBy(2)).until(() -> {
			gateways.forEach((gateway) -> rates.accept(rate(gateway)));
			return left.decrementAndGet() == 0;
		});
		System.out.println(Stream.of(gateways.get(0), gateways.get(1)).map(AdaptiveRefillTests::adaptive).toList());
		return rates;
	}

	private static double rate(GatewayProcess gateway) {
		return gateway.json("/actuator/tokenbuckets/adaptive").required("refillRatePerSecond").asDouble();
	}

	private static JsonNode adaptive(GatewayProcess gateway) {
		return gateway.json("/actuator/tokenbuckets/adaptive").required("adaptive");
	}

}
