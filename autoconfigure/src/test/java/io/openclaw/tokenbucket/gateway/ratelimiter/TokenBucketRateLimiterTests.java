package io.openclaw.tokenbucket.gateway.ratelimiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.gateway.event.FilterArgsEvent;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter.Response;
import org.springframework.cloud.gateway.support.ConfigurationService;

import io.openclaw.tokenbucket.crdt.Limit;
import io.openclaw.tokenbucket.crdt.MemberId;
import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.gateway.ResponseCosts;
import io.openclaw.tokenbucket.gateway.ratelimiter.TokenBucketRateLimiter.Settings;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.LimitControl;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.limit.LimitDefinition;
import io.openclaw.tokenbucket.limiter.limit.LimitSource;
import io.openclaw.tokenbucket.limiter.limit.LimiterSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@ExtendWith(OutputCaptureExtension.class)
class TokenBucketRateLimiterTests {

	private static final String LIMIT = "request-rate-limiter:orders";

	private final NanoClock clock = () -> 0;

	private final BucketStore store = new BucketStore(new MemberId("edge-a", 1), List.of(),
			new LimiterSettings(3, Duration.ofMillis(200), 1000), this.clock);

	private final LimitControl control = new LimitControl(this.store, this.clock);

	private final List<String> added = new ArrayList<>();

	private final TokenBucketRateLimiter limiter = new TokenBucketRateLimiter(
			new TokenBucketLimiter(this.store, this.clock, (delay, task) -> {
			}, null), this.control, new ConfigurationService(new DefaultListableBeanFactory(), () -> null, () -> null),
			new Settings(0, Duration.ZERO), this.added::add, UnaryOperator.identity(), new ResponseCosts(Map.of()));

	@Test
	void aCostAboveTheCapacityIsRejectedAndTellsWhatIsThere() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(3).setRequestedTokens(5));
		Response response = ask("key");
		assertThat(response.isAllowed()).isFalse();
		assertThat(response.getHeaders()).isEqualTo(headers("3", "1", "3", "5"));
	}

	@Test
	void headersTellTheLimitThatIsInForce() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(3));
		this.limiter.prepare("orders");
		this.control.edit(LIMIT,
				(current) -> new LimitDefinition(new Limit(LIMIT, MicroTokens.ofTokens(8),
						RefillRate.of(100, Duration.ofMinutes(1)), MicroTokens.ofTokens(8), 0), 0,
						current.consistency(), current.mode()),
				LimitSource.ENDPOINT);
		assertThat(ask("key").getHeaders()).isEqualTo(headers("7", "1.666667", "8", "1"));
	}

	@Test
	void headersAreRenamedOrLeftOut() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(1));
		this.limiter.setRemainingHeader("X-Left");
		assertThat(ask("key").getHeaders()).containsEntry("X-Left", "0").doesNotContainKey("X-RateLimit-Remaining");
		assertThat(ask("key").getHeaders()).containsEntry("Retry-After", "1");
		this.limiter.setIncludeHeaders(false);
		assertThat(ask("key").isAllowed()).isFalse();
		assertThat(ask("key").getHeaders()).isEmpty();
	}

	@Test
	void newKeysBeginWithALargerBurstAndOthersFillUp() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(2));
		ask("old");
		this.limiter.onApplicationEvent(new FilterArgsEvent(this, "orders",
				Map.of("redis-rate-limiter.replenishRate", "1", "redis-rate-limiter.burstCapacity", "8")));
		assertThat(ask("new").getHeaders()).isEqualTo(headers("7", "1", "8", "1"));
		assertThat(ask("old").getHeaders()).isEqualTo(headers("0", "1", "8", "1"));
	}

	@Test
	void aHigherRevisionIsFollowed() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(2));
		ask("key");
		this.limiter.follow(new Settings(4, Duration.ZERO));
		assertThat(this.control.definitions().get(LIMIT).limit().revision()).isEqualTo(4);
	}

	@Test
	void aNewLimitIsToldOnce() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(2));
		this.limiter.prepare("orders");
		ask("key");
		this.limiter.follow(new Settings(4, Duration.ZERO));
		assertThat(this.added).containsExactly(LIMIT);
	}

	// As with RedisRateLimiter, for those who close a route so.
	@Test
	void aBurstOfNoneLetsNothingPass() {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(0));
		Response response = ask("key");
		assertThat(response.isAllowed()).isFalse();
		assertThat(response.getHeaders()).isEqualTo(headers("0", "1", "0", "1"));
	}

	@ParameterizedTest
	@CsvSource({ "0,10,1,replenishRate", "1000000001,10,1,replenishRate", "1,10,0,requestedTokens",
			"1,-1,1,burstCapacity", "1,1000000001,1,burstCapacity" })
	void argumentsThatMakeNoLimitAreRefusedByName(int rate, long burst, int tokens, String argument) {
		arguments(new RouteArguments().setReplenishRate(rate).setBurstCapacity(burst).setRequestedTokens(tokens));
		assertThatExceptionOfType(RejectedArgumentException.class).isThrownBy(() -> this.limiter.prepare("orders"))
			.withMessageContaining("route 'orders'")
			.withMessageContaining("redis-rate-limiter." + argument + " is ")
			.withMessageContaining("Set it to at least");
		assertThat(this.control.definitions()).isEmpty();
	}

	@Test
	void argumentsThatMakeNoLimitDoNotReplaceThoseThatDid(CapturedOutput output) {
		arguments(new RouteArguments().setReplenishRate(1).setBurstCapacity(10).setRequestedTokens(2));
		ask("key");
		arguments(new RouteArguments().setReplenishRate(20).setBurstCapacity(40).setRequestedTokens(0));
		assertThat(ask("key").getHeaders()).isEqualTo(headers("6", "1", "10", "2"));
		assertThat(ask("key").getHeaders()).isEqualTo(headers("4", "1", "10", "2"));
		assertThat(
				output.getAll().lines().filter((line) -> line.contains("The gateway keeps the former configuration")))
			.hasSize(1);
		this.limiter.getConfig().get("orders").setRequestedTokens(3);
		assertThat(ask("new").getHeaders()).isEqualTo(headers("37", "20", "40", "3"));
	}

	@Test
	void aRouteWithoutArgumentsHasThoseForAnyRoute() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.limiter.isAllowed("orders", "key"))
			.withMessageContaining("route 'orders' lacks the arguments");
		this.limiter.getConfig().put("defaultFilters", new RouteArguments().setReplenishRate(3).setBurstCapacity(4));
		assertThat(ask("key").getHeaders()).isEqualTo(headers("3", "3", "4", "1"));
	}

	// They may be those of a route that another rate limiter decides for.
	@Test
	void argumentsThatNobodyAsksForMakeNoLimitAndNoError() {
		this.limiter.onApplicationEvent(
				new FilterArgsEvent(this, "orders", Map.of("redis-rate-limiter.replenishRate", "2000000000")));
		assertThat(this.control.definitions()).isEmpty();
	}

	private void arguments(RouteArguments config) {
		this.limiter.getConfig().put("orders", config);
	}

	private Response ask(String key) {
		return this.limiter.isAllowed("orders", key).block();
	}

	private static Map<String, String> headers(String remaining, String rate, String burst, String tokens) {
		return Map.of("X-RateLimit-Remaining", remaining, "X-RateLimit-Replenish-Rate", rate,
				"X-RateLimit-Burst-Capacity", burst, "X-RateLimit-Requested-Tokens", tokens);
	}

}
