package io.openclaw.sample.process;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One of three gateways is told to stop while requests come, as Kubernetes tells it after
 * the load balancers have heard of it.
 */
class DrainedGatewayTests {

	private static final int CAPACITY = 300;

	private static final int HELD = 5;

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	@Test
	void itFinishesWhatItHasAndItsShareIsBackAtOnce() {
		try (HoldingService service = new HoldingService(HELD);
				GatewayProcess one = start("one", service);
				GatewayProcess two = start("two", service);
				GatewayProcess leaver = start("leaver", service)) {
			List<GatewayProcess> survivors = List.of(one, two);
			Stream.of(one, two, leaver).forEach(GatewayProcess::awaitReady);
			Stream.of(one, two, leaver).forEach((gateway) -> gateway.awaitFleetSize(3, TIMEOUT));

			Tally before = new Load(List.of(one, two, leaver), "/drained", "caller").burst(100, 4);
			List<CompletableFuture<HttpResponse<String>>> held = IntStream.range(0, HELD)
				.mapToObj((i) -> leaver.getAsync("/drained/held", "X-API-Key", "caller"))
				.toList();
			await().atMost(TIMEOUT).until(service::isHolding);

			leaver.handle().destroy();
			await("a gateway that is told to stop takes no more requests").atMost(TIMEOUT)
				.until(() -> isRefusing(leaver));
			Tally during = new Load(survivors, "/drained", "caller").burst(100, 4);
			assertThat(held).as("it has not finished").noneMatch(CompletableFuture::isDone);
			service.release();
			assertThat(held).as("and finishes what it has")
				.allSatisfy((answer) -> assertThat(answer.join().statusCode()).isEqualTo(200));

			await().atMost(TIMEOUT).until(() -> !leaver.isAlive());
			long gone = System.nanoTime();
			survivors.forEach((survivor) -> survivor.awaitFleetSize(2, TIMEOUT));
			System.out.printf("%.0f ms after its end the others know that it is gone%n",
					(System.nanoTime() - gone) / 1e6);
			assertThat(leaver.output()).doesNotContain("without a goodbye");

			// All that is left is the survivors': a part that was held aside for the one
			// that
			// is gone would be missing here.
			Tally after = new Load(survivors, "/drained", "caller").burst(CAPACITY - 200 - HELD, 4);
			for (Tally tally : List.of(before, during, after)) {
				assertThat(tally.others()).isEmpty();
				assertThat(tally.rejected()).as("while there are tokens").isZero();
			}
			assertThat(new Load(survivors, "/drained", "caller").burst(20, 2).rejected()).as("of no more tokens")
				.isGreaterThanOrEqualTo(18);
		}
	}

	private static GatewayProcess start(String node, HoldingService service) {
		return GatewayProcess.start(node, redis, "--sample.rating-service=" + service.url());
	}

	private static boolean isRefusing(GatewayProcess gateway) {
		return gateway.getAsync("/status")
			.handle((answer, failure) -> failure != null || answer.statusCode() == 503)
			.join();
	}

}
