package io.openclaw.sample.process;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three gateways in front of a model that says afterwards what an answer has cost.
 * Requests reserve 500 tokens and use 20 to 4,000 of a budget of 10,000, which flows in
 * each second: a minute of a real one.
 */
@EnabledIfSystemProperty(named = "process.all", matches = "true")
@Isolated("others would slow the gateways, which answer for their numbers")
class SettledFleetTests {

	private static final double BUDGET = 10_000;

	private static final long OVERDRAFT = 3_500;

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final StreamingModel model = new StreamingModel();

	private static List<GatewayProcess> gateways;

	private final AtomicInteger underWay = new AtomicInteger();

	private final AtomicInteger mostUnderWay = new AtomicInteger();

	private final AtomicLong used = new AtomicLong();

	private volatile boolean ended;

	@BeforeAll
	static void start() {
		gateways = List.of(start("a"), start("b"), start("c"));
		gateways.forEach(GatewayProcess::awaitReady);
		gateways.forEach((gateway) -> gateway.awaitFleetSize(3, Duration.ofSeconds(20)));
	}

	@AfterAll
	static void stop() {
		gateways.forEach(GatewayProcess::close);
		model.close();
	}

	private static GatewayProcess start(String node) {
		return GatewayProcess.start(node, redis, "--openclaw.crdt.member-timeout=3s", "--model.url=" + model.url());
	}

	@Test
	void theBudgetIsUsedAndNothingIsLeftReservedWhateverBecomesOfRequests() {
		double budget = useForSeconds(8);
		double ratio = this.used.get() / budget;
		double bound = 1 + this.mostUnderWay.get() * OVERDRAFT / budget;
		System.out.printf("Used %d of %.0f (%.3f), %d under way at most, bound %.2f%n", this.used.get(), budget, ratio,
				this.mostUnderWay.get(), bound);
		assertThat(ratio).isBetween(0.97, bound);
		nothingIsReserved(gateways);
		List<CompletableFuture<?>> given = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			gateways.forEach((gateway) -> given.add(gateway.getAsync("/model?never")));
		}
		GatewayProcess victim = gateways.get(2);
		List<GatewayProcess> others = gateways.subList(0, 2);
		await().untilAsserted(() -> assertThat(gateways).allMatch((gateway) -> open(gateway) == 3));
		victim.kill();
		given.forEach((answer) -> answer.cancel(true));
		others.forEach((gateway) -> assertThat(gateway.get("/model?fails").statusCode()).isEqualTo(500));
		others.forEach((gateway) -> assertThat(gateway.get("/impatient?late").statusCode()).isEqualTo(504));
		others.forEach((gateway) -> gateway.awaitFleetSize(2, Duration.ofSeconds(20)));
		nothingIsReserved(others);
	}

	private double useForSeconds(int seconds) {
		long startedAt = System.nanoTime();
		List<CompletableFuture<Void>> callers = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			GatewayProcess gateway = gateways.get(i % 3);
			callers.add(call(gateway, new Random(i)));
		}
		await().pollDelay(Duration.ofSeconds(seconds)).until(() -> true);
		this.ended = true;
		double elapsed = (System.nanoTime() - startedAt) / 1e9;
		callers.forEach(CompletableFuture::join);
		return BUDGET + BUDGET * elapsed;
	}

	// Whoever is rejected comes again a moment later.
	private CompletableFuture<Void> call(GatewayProcess gateway, Random random) {
		if (this.ended) {
			return CompletableFuture.completedFuture(null);
		}
		long tokens = (long) (20 * Math.pow(200, random.nextDouble()));
		this.mostUnderWay.accumulateAndGet(this.underWay.incrementAndGet(), Math::max);
		return gateway.getAsync("/model?%d-%d".formatted(tokens, 100 + random.nextInt(200))).thenCompose((answer) -> {
			this.underWay.decrementAndGet();
			count(answer, tokens);
			boolean admitted = answer.statusCode() == 200;
			return CompletableFuture.runAsync(() -> {
			}, CompletableFuture.delayedExecutor(admitted ? 0 : 20, TimeUnit.MILLISECONDS))
				.thenCompose((later) -> call(gateway, random));
		});
	}

	private void count(HttpResponse<String> answer, long tokens) {
		assertThat(answer.statusCode()).isIn(200, 429);
		if (answer.statusCode() == 200) {
			assertThat(answer.body()).contains("\"total_tokens\":" + tokens).endsWith("[DONE]\n\n");
			this.used.addAndGet(tokens);
		}
	}

	private static void nothingIsReserved(List<GatewayProcess> fleet) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> fleet.forEach((gateway) -> {
			assertThat(open(gateway)).as(gateway.toString()).isZero();
			assertThat(gateway.json("/actuator/tokenbuckets/model").required("lowestLevel").asDouble())
				.as(gateway.toString())
				.isEqualTo(BUDGET);
		}));
	}

	private static int open(GatewayProcess gateway) {
		return gateway.json("/actuator/tokenbuckets/model").required("openReservations").asInt();
	}

}
