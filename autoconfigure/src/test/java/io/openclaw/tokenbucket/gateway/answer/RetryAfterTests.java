package io.openclaw.tokenbucket.gateway.answer;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Charge;
import io.openclaw.tokenbucket.limiter.decision.JointDecision;
import io.openclaw.tokenbucket.limiter.limit.Consistency;
import io.openclaw.tokenbucket.limiter.limit.LimitPolicy;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client reads in {@code Retry-After} is when it is admitted, if it is alone on
 * its key: over random limits, costs and moments. The system property
 * {@code openclaw.simulation.seeds} multiplies how many are tried.
 */
class RetryAfterTests {

	private long now = 1_000_000_000;

	static LongStream seeds() {
		return LongStream.range(0, 60L * Integer.getInteger("openclaw.simulation.seeds", 1));
	}

	@ParameterizedTest(name = "seed {0}")
	@MethodSource("seeds")
	void aClientThatWaitsExactlyAsLongIsAdmitted(long seed) {
		Random random = new Random(seed);
		List<LimitPolicy> policies = List.of(policy("a", random), policy("b", random));
		TokenBucketLimiter limiter = new TokenBucketLimiter(
				new BucketStore(new MemberId("edge-a", 1), policies,
						new LimiterSettings(1, Duration.ofMillis(200), 1000), () -> this.now),
				() -> this.now, (delay, task) -> {
				}, null);
		int rejections = 0;
		for (int i = 0; i < 200; i++) {
			List<Charge> charges = policies.stream().map((policy) -> charge(policy, random)).toList();
			JointDecision decision = limiter.tryConsume(charges);
			if (decision.isAdmitted()) {
				this.now += random.nextLong(1L << random.nextInt(1, 34));
				continue;
			}
			rejections++;
			this.now += Duration.ofSeconds(retryAfter(decision, limiter)).toNanos();
			assertThat(limiter.tryConsume(charges).isAdmitted()).as("seed %d, request %d", seed, i).isTrue();
		}
		assertThat(rejections).as("seed %d", seed).isPositive();
	}

	private static long retryAfter(JointDecision decision, TokenBucketLimiter limiter) {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		ProblemResponses problems = new ProblemResponses((answered, problem) -> Mono.empty());
		problems.rejected(exchange, decision.decisions(), limiter.state())
			.then(Mono.defer(() -> problems.write(exchange)))
			.block();
		return Long.parseLong(exchange.getResponse().getHeaders().getFirst("Retry-After"));
	}

	private static LimitPolicy policy(String name, Random random) {
		long capacity = MicroTokens.ofTokens(1 + random.nextLong(1L << random.nextInt(1, 12)));
		BigDecimal rate = BigDecimal.valueOf(Math.pow(10, random.nextDouble(-3, 3))).setScale(6, RoundingMode.UP);
		return new LimitPolicy(new Limit(name, capacity, RefillRate.perSecond(rate), capacity, 0), Consistency.BOUNDED,
				Duration.ofMillis(25));
	}

	private static Charge charge(LimitPolicy policy, Random random) {
		long capacity = MicroTokens.toWholeTokens(policy.limit().capacity());
		return new Charge(policy.limit().name(), "key", 1 + random.nextLong(Math.max(1, capacity / 2)));
	}

}
