package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.adapter.DefaultServerWebExchange;
import org.springframework.web.server.i18n.AcceptHeaderLocaleContextResolver;
import org.springframework.web.server.i18n.LocaleContextResolver;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionManager;

import io.openclaw.tokenbucket.benchmark.gateway.Bucket4jGatewayFilterFactory;
import io.openclaw.tokenbucket.crdt.RefillRate;
import io.openclaw.tokenbucket.gateway.DecisionObserver;
import io.openclaw.tokenbucket.gateway.MissingKeyPolicy;
import io.openclaw.tokenbucket.gateway.Plans;
import io.openclaw.tokenbucket.gateway.RequestCosts;
import io.openclaw.tokenbucket.gateway.RequestLimit;
import io.openclaw.tokenbucket.gateway.RequestLimits;
import io.openclaw.tokenbucket.gateway.TokenBucketGatewayFilterFactory;
import io.openclaw.tokenbucket.gateway.Scope;
import io.openclaw.tokenbucket.gateway.UnroutedResponseFilter;
import io.openclaw.tokenbucket.gateway.address.ClientAddresses;
import io.openclaw.tokenbucket.gateway.address.TrustedProxies;
import io.openclaw.tokenbucket.gateway.answer.HeaderStyle;
import io.openclaw.tokenbucket.gateway.answer.NegotiatingProblemWriter;
import io.openclaw.tokenbucket.gateway.answer.ProblemResponses;
import io.openclaw.tokenbucket.gateway.answer.RateLimitHeaders;
import io.openclaw.tokenbucket.gateway.key.BucketNames;
import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.gateway.key.RequestKeyParser;
import io.openclaw.tokenbucket.limiter.BucketStore;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * What the filter adds to a request, without a network: beside no filter and one of
 * Bucket4j in memory. Each call makes a request, filters it and commits its response.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class FilterBenchmark {

	private static final long PLENTY = 500_000_000;

	private static final GatewayFilterChain COMMIT = (exchange) -> exchange.getResponse().setComplete();

	private final WebSessionManager sessions = new DefaultWebSessionManager();

	private final ServerCodecConfigurer codecs = ServerCodecConfigurer.create();

	private final LocaleContextResolver locales = new AcceptHeaderLocaleContextResolver();

	private final ProblemResponses problems = new ProblemResponses(new NegotiatingProblemWriter());

	private final RequestLimits limits = new RequestLimits(List.of(limit("plenty"), limit("spent")));

	private final UnroutedResponseFilter outermost = new UnroutedResponseFilter(this.problems, this.limits,
			(routeId) -> false);

	private final TokenBucketGatewayFilterFactory filters = filters(this.limits, this.problems);

	private final GatewayFilter openclawAdmitted = openclaw("plenty");

	private final GatewayFilter openclawRejected = openclaw("spent");

	private final GatewayFilter bucket4jAdmitted = bucket4j(PLENTY);

	private final GatewayFilter bucket4jRejected = bucket4j(1);

	@Benchmark
	public ServerWebExchange noFilter() {
		return filtered((exchange, chain) -> chain.filter(exchange));
	}

	@Benchmark
	public ServerWebExchange openclawAdmitted() {
		return filtered(this.openclawAdmitted);
	}

	@Benchmark
	public ServerWebExchange openclawRejected() {
		return filtered(this.openclawRejected);
	}

	@Benchmark
	public ServerWebExchange bucket4jAdmitted() {
		return filtered(this.bucket4jAdmitted);
	}

	@Benchmark
	public ServerWebExchange bucket4jRejected() {
		return filtered(this.bucket4jRejected);
	}

	private ServerWebExchange filtered(GatewayFilter filter) {
		MockServerHttpRequest request = MockServerHttpRequest.get("/rate")
			.header("X-API-Key", "4711")
			.header("Accept", "*/*")
			.build();
		ServerWebExchange exchange = new DefaultServerWebExchange(request, new MockServerHttpResponse(), this.sessions,
				this.codecs, this.locales);
		this.outermost.filter(exchange, (routed) -> filter.filter(routed, COMMIT)).subscribe();
		return exchange;
	}

	private GatewayFilter openclaw(String limit) {
		return this.filters.apply((config) -> config.setLimits(List.of(limit)));
	}

	private static GatewayFilter bucket4j(long capacity) {
		return new Bucket4jGatewayFilterFactory().apply((config) -> {
			config.setCapacity(capacity);
			config.setPeriod((capacity == 1) ? Duration.ofDays(1) : Duration.ofSeconds(1));
		});
	}

	private static TokenBucketGatewayFilterFactory filters(RequestLimits limits, ProblemResponses problems) {
		BucketStore store = new Members(1).store(1_000, NanoClock.SYSTEM,
				Members.policy("plenty", PLENTY, RefillRate.of(PLENTY, Duration.ofSeconds(1)), PLENTY),
				Members.policy("spent", 1, RefillRate.of(1, Duration.ofDays(1)), 0));
		TokenBucketLimiter limiter = Members.limiter(store);
		return new TokenBucketGatewayFilterFactory(limits, limiter, new RateLimitHeaders(HeaderStyle.STANDARD),
				problems, null, DecisionObserver.NONE);
	}

	private static RequestLimit limit(String name) {
		return new RequestLimit(name,
				new RequestKeyParser(Map.of(), new ClientAddresses(TrustedProxies.NONE)).parse("header:X-API-Key"),
				new RequestCosts(Map.of()).parse("1", 1), MissingKeyPolicy.REJECT,
				new BucketNames(new KeyIds(null), false), Scope.SHARED, Plans.none(name), null);
	}

}
