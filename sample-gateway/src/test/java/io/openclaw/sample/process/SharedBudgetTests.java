package io.openclaw.sample.process;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two gateways on one Redis server, and callers that use both.
 */
@Isolated("others would slow the gateways, which answer for their numbers")
class SharedBudgetTests {

	private static final int MEMBERS = 2;

	private static final double CAPACITY = 1000;

	private static final double REFILL_RATE = 100;

	private static final Duration EARLY_FLUSH_INTERVAL = Duration.ofMillis(5);

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static List<GatewayProcess> gateways;

	@BeforeAll
	static void startGateways() {
		gateways = Stream.of("edge-a", "edge-b").map((node) -> GatewayProcess.start(node, redis)).toList();
		gateways.forEach(GatewayProcess::awaitReady);
		gateways.forEach((gateway) -> gateway.awaitFleetSize(MEMBERS, Duration.ofSeconds(10)));
		try (Load load = new Load(gateways, "/large", "warm-up")) {
			load.burst(1500, 16);
		}
	}

	@AfterAll
	static void stopGateways() {
		gateways.forEach(GatewayProcess::close);
	}

	@Test
	void twoGatewaysAdmitOneBudgetAndAgreeOnWhatIsLeft() {
		List<CompletableFuture<Void>> limits = Stream.of("strict", "bounded")
			.map((limit) -> CompletableFuture.runAsync(() -> assertOneBudget(limit)))
			.toList();
		assertThat(limits).allSatisfy((limit) -> assertThat(limit).succeedsWithin(Duration.ofMinutes(2)));
	}

	private static void assertOneBudget(String limit) {
		String apiKey = "partner-of-" + limit;
		Tally tally;
		try (Load load = new Load(gateways, "/" + limit, apiKey)) {
			tally = load.run(500, Duration.ofSeconds(5), 100);
		}
		await("the same level").atMost(Duration.ofSeconds(1))
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> assertSameLevel(limit, apiKey));
		double least = 0.99 * (CAPACITY + REFILL_RATE * tally.shortestSeconds());
		double most = CAPACITY + REFILL_RATE * tally.longestSeconds();
		System.out.printf("%s: %s; one perfect bucket would have admitted %.1f to %.1f%n", limit, tally, least / 0.99,
				most);
		assertThat(tally.others()).isEmpty();
		assertThat((double) tally.admitted()).isGreaterThanOrEqualTo(least);
		if (limit.equals("strict")) {
			assertThat((double) tally.admitted()).isLessThanOrEqualTo(most + MEMBERS - 1);
		}
	}

	/** The bucket refills while it is read: one reading lies between two of the other. */
	private static void assertSameLevel(String limit, String apiKey) {
		double before = level(gateways.get(0), limit, apiKey);
		double other = level(gateways.get(1), limit, apiKey);
		double after = level(gateways.get(0), limit, apiKey);
		assertThat(other).isBetween(before - 1, after + 1);
	}

	private static double level(GatewayProcess gateway, String limit, String apiKey) {
		return gateway.json("/actuator/tokenbuckets/" + limit + "/" + apiKey).required("level").asDouble();
	}

	@Test
	void eightRequestsAtOnceOnFullBucketOfTenAreAdmitted() {
		for (int caller = 0; caller < 20; caller++) {
			GatewayProcess gateway = gateways.get(caller % MEMBERS);
			String apiKey = "burst-" + caller;
			assertThat(statusesAtOnce(gateway, apiKey, 8)).as("caller %d", caller).containsOnly(200);
			assertThat(statusesAtOnce(gateway, apiKey, 8)).as("caller %d, two left", caller)
				.filteredOn((status) -> status == 200)
				.hasSize(2);
		}
	}

	private static List<Integer> statusesAtOnce(GatewayProcess gateway, String apiKey, int requests) {
		List<CompletableFuture<Integer>> answers = IntStream.range(0, requests)
			.mapToObj((i) -> gateway.getAsync("/small", "X-API-Key", apiKey).thenApply((answer) -> answer.statusCode()))
			.toList();
		return answers.stream().map(CompletableFuture::join).toList();
	}

	/**
	 * A gateway flushes at most once in 5 ms, with one command, and otherwise does what
	 * it does when idle. Were there a command for each request, there would be several
	 * times as many.
	 */
	@Test
	void redisCommandsDoNotGrowWithRequests() {
		int requests = 4_000;
		double idlePerSecond;
		long commands;
		Tally tally;
		try (RedisCommands counter = new RedisCommands(redis.host(), redis.port());
				Load load = new Load(gateways, "/large", "busy")) {
			idlePerSecond = commandsPerSecond(counter, Duration.ofSeconds(3));
			long before = counter.count();
			tally = load.burst(requests, 32);
			commands = counter.count() - before;
		}
		double flushes = MEMBERS * tally.longestSeconds() / EARLY_FLUSH_INTERVAL.toNanos() * 1e9;
		double most = idlePerSecond * tally.longestSeconds() + flushes;
		System.out.printf("%d Redis commands (at most %.0f) for %s; idle: %.1f a second%n", commands, most, tally,
				idlePerSecond);
		assertThat(tally.admitted()).isEqualTo(requests);
		assertThat((double) commands).isLessThanOrEqualTo(most).isLessThan(requests / 4.0);
	}

	private static double commandsPerSecond(RedisCommands counter, Duration window) {
		long before = counter.count();
		long start = System.nanoTime();
		await().pollDelay(window).until(() -> true);
		return (counter.count() - before) / ((System.nanoTime() - start) / 1e9);
	}

}
