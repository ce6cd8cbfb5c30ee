package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.membership.FleetState;
import io.openclaw.tokenbucket.replication.Replicator;
import io.openclaw.tokenbucket.testing.RedisExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two gateways on a real Redis, saturated, while an operator changes a limit on one.
 */
class LimitChangeOverRedisTests {

	@RegisterExtension
	static final RedisExtension redis = new RedisExtension();

	private static final String KEY = "4711";

	private final AtomicBoolean running = new AtomicBoolean(true);

	private final LongAdder admitted = new LongAdder();

	private static ConfigurableApplicationContext a;

	private static ConfigurableApplicationContext b;

	@BeforeAll
	static void start() {
		a = gateway("a");
		b = gateway("b");
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> isHealthyPair(a) && isHealthyPair(b));
	}

	@AfterAll
	static void stop() {
		a.close();
		b.close();
	}

	@AfterEach
	void stopLoad() {
		this.running.set(false);
	}

	@Test
	void aChangeOnOneReachesTheOtherUnderLoadAndTheBudgetIsTheIdealOne() throws InterruptedException {
		ExecutorService load = Executors.newFixedThreadPool(2);
		long startedAt = System.nanoTime();
		load.execute(() -> saturate(a));
		load.execute(() -> saturate(b));
		awaitAdmitted(2_500);
		double spentAtOldRate = 1000 * secondsSince(startedAt);
		long changedAt = System.nanoTime();
		post("/actuator/tokenbuckets/rating", Map.of("capacity", 2000, "refillRatePerSecond", 4000));
		awaitChange(() -> limiter(b).policy("rating").limit().capacity() == MicroTokens.ofTokens(2000));
		awaitAdmitted(admitted.sum() + 12_000);
		this.running.set(false);
		load.shutdown();
		assertThat(load.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		double accrued = 500 + spentAtOldRate + 4000 * secondsSince(changedAt);
		long spent = MicroTokens.ofTokens(admitted.sum());
		// Equal alone would not do: each may lack as much of the other's. There may be
		// more, since a bucket that has filled up again is trimmed.
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(consumed(a)).isEqualTo(consumed(b)).isGreaterThanOrEqualTo(spent));
		// Whatever was admitted came out of what accrued: what is left of it says how
		// exact.
		double left = MicroTokens.toTokens(limiter(a).peek("rating", KEY).level());
		System.out.printf("admitted %d of %.0f that accrued, %.0f left%n", this.admitted.sum(), accrued, left);
		assertThat(admitted.sum()).isLessThanOrEqualTo(Math.round(accrued * 1.01));
		assertThat(left).isGreaterThan(-0.01 * this.admitted.sum());
	}

	@Test
	void tokensGivenBackOnOneCanBeSpentOnTheOther() {
		limiter(a).tryConsume("slow", KEY, 6);
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> limiter(b).peek("slow", KEY).level() < MicroTokens.ofTokens(5));
		post("/actuator/tokenbuckets/slow/" + KEY, Map.of("tokens", 5));
		awaitChange(() -> limiter(b).peek("slow", KEY).level() >= MicroTokens.ofTokens(9));
	}

	private void saturate(ConfigurableApplicationContext gateway) {
		TokenBucketLimiter limiter = limiter(gateway);
		while (this.running.get()) {
			Decision decision = limiter.tryConsume("rating", KEY, 1);
			if (decision.completion() != null) {
				decision = decision.completion().toCompletableFuture().join();
			}
			if (decision.isAdmitted()) {
				this.admitted.increment();
			}
			else {
				LockSupport.parkNanos(200_000);
			}
		}
	}

	// Two seconds are promised; a machine that is busy with other things may take longer.
	private static void awaitChange(Callable<Boolean> change) {
		long postedAt = System.nanoTime();
		Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(30)).until(change);
		System.out.printf("the other gateway followed within %.0f ms of the answer%n", 1e3 * secondsSince(postedAt));
	}

	private void awaitAdmitted(long count) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.admitted.sum() >= count);
	}

	private static long consumed(ConfigurableApplicationContext gateway) {
		return limiter(gateway).peek("rating", KEY).state().consumed().sum();
	}

	private void post(String path, Map<String, ?> body) {
		int port = ((ReactiveWebServerApplicationContext) a).getWebServer().getPort();
		WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + port)
			.responseTimeout(Duration.ofSeconds(30))
			.build()
			.post()
			.uri(path)
			.bodyValue(body)
			.exchange()
			.expectStatus()
			.isOk();
	}

	private static double secondsSince(long nanos) {
		return (System.nanoTime() - nanos) / 1e9;
	}

	private static TokenBucketLimiter limiter(ConfigurableApplicationContext gateway) {
		return gateway.getBean(TokenBucketLimiter.class);
	}

	private static boolean isHealthyPair(ConfigurableApplicationContext gateway) {
		return limiter(gateway).state() == FleetState.HEALTHY
				&& gateway.getBean(Replicator.class).status().fleetSize() == 2;
	}

	private static ConfigurableApplicationContext gateway(String node) {
		return new SpringApplicationBuilder(Gateway.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "server.address=127.0.0.1", "openclaw.node.id=" + node,
					"spring.data.redis.host=" + redis.host(), "spring.data.redis.port=" + redis.port(),
					"management.endpoints.web.exposure.include=tokenbuckets",
					"management.endpoint.tokenbuckets.access=unrestricted", "openclaw.buckets.rating.capacity=500",
					"openclaw.buckets.rating.refill-rate-per-second=1000", "openclaw.buckets.rating.consistency=strict",
					"openclaw.buckets.slow.capacity=10", "openclaw.buckets.slow.refill-tokens=1",
					"openclaw.buckets.slow.refill-period=1h")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

	}

}
