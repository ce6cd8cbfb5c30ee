package io.openclaw.tokenbucket.gateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.rewrite.ModifyResponseBodyGatewayFilterFactory;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;
import org.springframework.web.server.ServerWebExchange;

import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static io.openclaw.tokenbucket.gateway.TokenBucketFilters.tokenBucket;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What filters, services and clients of all kinds do with requests and answers.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "spring.config.name=gateway-requests")
@ExtendWith(OutputCaptureExtension.class)
class RequestsHttpTests {

	private static final int KB = 1024;

	private static final AtomicInteger failures = new AtomicInteger();

	private static final AtomicInteger received = new AtomicInteger();

	private static final DisposableServer upstream = HttpServer.create().host("127.0.0.1").port(0).route((routes) -> {
		routes.post("/upload", RequestsHttpTests::receive);
		routes.post("/echo",
				(request, response) -> response.header("Content-Type", "text/event-stream")
					.sendHeaders()
					.send(request.receive().retain(), (part) -> true));
		routes.get("/limited/{remaining}", RequestsHttpTests::limited);
		routes.get("/busy", (request, response) -> response.status(429).header("Retry-After", "3").send());
		routes.route((request) -> true, (request, response) -> response.sendString(Mono.just("served")));
	}).bindNow(Duration.ofSeconds(10));

	@LocalServerPort
	private int port;

	@Autowired
	private TokenBucketLimiter limiter;

	private WebTestClient client;

	private final String apiKey = "key-" + UUID.randomUUID();

	private static Publisher<Void> receive(HttpServerRequest request, HttpServerResponse response) {
		return request.receive().aggregate().asByteArray().defaultIfEmpty(new byte[0]).flatMap((body) -> {
			received.set(body.length);
			boolean fails = failures.getAndUpdate((left) -> Math.max(0, left - 1)) > 0;
			return response.status(fails ? 503 : 200).sendString(Mono.just(fails ? "failed" : "received")).then();
		});
	}

	private static Publisher<Void> limited(HttpServerRequest request, HttpServerResponse response) {
		String remaining = request.param("remaining");
		return response.header("RateLimit-Policy", "\"service\";q=50;w=60")
			.header("RateLimit", "\"service\";r=" + remaining + ";t=7")
			.header("X-RateLimit-Limit", "50")
			.header("X-RateLimit-Remaining", remaining)
			.header("X-RateLimit-Reset", "1790000000")
			.send();
	}

	@DynamicPropertySource
	static void upstreamProperties(DynamicPropertyRegistry registry) {
		registry.add("upstream", () -> "http://127.0.0.1:" + upstream.port());
	}

	@BeforeEach
	void connect() {
		failures.set(0);
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + this.port)
			.responseTimeout(Duration.ofSeconds(30))
			.build();
	}

	@AfterAll
	static void close() {
		upstream.disposeNow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/plain", "/rewritten", "/committing", "/modified" })
	void aRejectionIsA429WithItsHeadersWhateverFiltersRewrite(String path) {
		get(path).expectStatus().isOk();
		get(path).expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectHeader()
			.valueEquals("Retry-After", "100")
			.expectHeader()
			.valueEquals("Cache-Control", "no-store")
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"one\";q=1;w=100")
			.expectHeader()
			.valueEquals("RateLimit", "\"one\";r=0;t=100")
			.expectHeader()
			.valueEquals("X-RateLimit-Remaining", "0")
			.expectBody()
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("one");
	}

	@Test
	void aRejectionOfAHeadRequestHasItsHeadersAndNoBody() {
		get("/plain").expectStatus().isOk();
		this.client.head()
			.uri("/plain")
			.header("X-API-Key", this.apiKey)
			.exchange()
			.expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueEquals("Retry-After", "100")
			.expectBody()
			.isEmpty();
	}

	@Test
	void limitsOfTheServiceAreToldBesideThoseOfTheGateway() {
		get("/limited/3").expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("RateLimit-Policy", "\"wide\";q=100;w=100000000, \"service\";q=50;w=60")
			.expectHeader()
			.valueEquals("RateLimit", "\"wide\";r=99;t=0, \"service\";r=3;t=7")
			.expectHeader()
			.valueEquals("X-RateLimit-Limit", "50")
			.expectHeader()
			.valueEquals("X-RateLimit-Remaining", "3")
			.expectHeader()
			.valueEquals("X-RateLimit-Reset", "1790000000");
	}

	@Test
	void legacyHeadersTellTheLimitOfTheGatewayWhereItIsTighter() {
		get("/limited/4000").expectHeader()
			.valueEquals("X-RateLimit-Limit", "100")
			.expectHeader()
			.valueEquals("X-RateLimit-Remaining", "99")
			.expectHeader()
			.valueEquals("X-RateLimit-Reset", "0");
	}

	@Test
	void whoIsRejectedByTheServiceIsNotSentBackBeforeTheGatewayHasTokens() {
		get("/limiting/busy").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueEquals("RateLimit", "\"one\";r=0;t=100")
			.expectHeader()
			.valueEquals("Retry-After", "100");
	}

	@ParameterizedTest
	@CsvSource({ "/retried, 200", "/retried, 20", "/cached, 200", "/cached, 20", "/again, 20" })
	void aBodyThatIsKeptIsSentAgainAndPaidOnce(String path, int kilobytes) {
		failures.set(2);
		stream(path, kilobytes).expectStatus().isOk().expectBody(String.class).isEqualTo("received");
		assertThat(received).hasValue(kilobytes * KB);
		assertThat(level("upload")).isEqualTo(300 - kilobytes);
	}

	@Test
	void aBodyThatIsTooLongToBeKeptAndIsToBeSentAgainGetsAClearAnswer() {
		failures.set(1);
		stream("/again", 200).expectStatus()
			.isEqualTo(503)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo("The service failed."
					+ " The request's body is too long to be kept and sent to it again by the gateway.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/chat", "/echo" })
	void aClientThatWaitsForTheAnswerBeforeItSendsTheRestIsServed(String path) {
		Sinks.Empty<Void> answered = Sinks.empty();
		Flux<ByteBuf> body = Flux.concat(Mono.just(bytes("first ")),
				Mono.defer(() -> answered.asMono().then(Mono.just(bytes("last")))));
		String echoed = HttpClient.create()
			.headers((headers) -> headers.set("X-API-Key", this.apiKey))
			.post()
			.uri("http://127.0.0.1:" + this.port + path)
			.send((request, outbound) -> outbound.send(body, (part) -> true))
			.response((response, content) -> {
				answered.tryEmitEmpty();
				return content.asString();
			})
			.collectList()
			.map((parts) -> String.join("", parts))
			.block(Duration.ofSeconds(8));
		assertThat(echoed).isEqualTo("first last");
	}

	@Test
	void anAnswerThatHasBegunIsBrokenOffWhereTheRestOfTheBodyMayNotPass() {
		Sinks.Empty<Void> answered = Sinks.empty();
		Flux<ByteBuf> body = Flux.concat(Mono.just(bytes("first ")),
				Flux.defer(() -> answered.asMono().thenMany(Flux.range(0, 400).map((i) -> bytes("x".repeat(KB))))));
		assertThatThrownBy(() -> HttpClient.create()
			.headers((headers) -> headers.set("X-API-Key", this.apiKey))
			.post()
			.uri("http://127.0.0.1:" + this.port + "/echo")
			.send((request, outbound) -> outbound.send(body, (part) -> true))
			.response((response, content) -> {
				answered.tryEmitEmpty();
				return content.asString();
			})
			.blockLast(Duration.ofSeconds(20))).isNotInstanceOf(IllegalStateException.class);
		assertThat(level("upload")).isBetween(0L, 1L);
	}

	@Test
	void aCacheAnswersWithoutTheLimitUnlessTheFilterIsOrderedBeforeIt() {
		for (int i = 0; i < 3; i++) {
			get("/cache/first").expectStatus().isOk().expectHeader().doesNotExist("RateLimit");
		}
		get("/cache/second").expectStatus().isOk();
		get("/cache/second").expectStatus().isEqualTo(429);
	}

	@Test
	void aBodyThatIsTooLargeIsToldWhatTheMostIs() {
		this.client.post()
			.uri("/leaflet")
			.header("X-API-Key", this.apiKey)
			.bodyValue(new byte[100 * KB + 1])
			.exchange()
			.expectStatus()
			.isEqualTo(413)
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo(
					"The request's body has more than 102400 bytes, the most that the limit 'leaflet' can ever hold.");
	}

	@Test
	void aCostThatIsTooHighIsToldWhatTheMostIs() {
		get("/priced").expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.error")
			.isEqualTo("The request costs more than 5 tokens, the most that the limit 'priced' can ever hold.");
	}

	@Test
	void refusedUploadsWriteNothingToTheLog(CapturedOutput output) {
		stream("/leaflet", 150).expectStatus().isEqualTo(413);
		stream("/leaflet", 90).expectStatus().isEqualTo(429);
		assertThat(output.getAll()).doesNotContain("The connection observed an error")
			.doesNotContainPattern("(WARN|ERROR).*(reactor|HttpWebHandlerAdapter)");
	}

	@ParameterizedTest
	@CsvSource({ "größe, 7", "Größe, 2", "名前, 2" })
	void aKeyInUtf8IsReadAsSuchEverywhere(String tenant, long capacity) {
		String sent = new String(tenant.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
		tenant(sent).expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("RateLimit", "\"tenants.*\";r=" + (capacity - 1) + ";t=0");
		this.client.get()
			.uri("/actuator/tokenbuckets/{limit}/{key}", (capacity == 7) ? "tenants.large" : "tenants", tenant)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.key")
			.isEqualTo(tenant);
	}

	@Test
	void bytesThatAreNotUtf8AreAKeyAsWell() {
		tenant("gr\u00f6sse").expectStatus().isOk();
		tenant("gr\u00f6sse").expectStatus().isOk();
		tenant("gr\u00f6sse").expectStatus().isEqualTo(429);
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/grpc", "application/grpc+proto", "application/grpc-web+proto",
			"application/grpc-web-text" })
	void aGrpcClientIsToldThatItsLimitIsExhaustedAndWhenToTryAgain(String type) {
		call("/plain", type).expectStatus().isOk().expectHeader().doesNotExist("grpc-status");
		call("/plain", type).expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("Content-Type", type)
			.expectHeader()
			.valueEquals("grpc-status", "8")
			.expectHeader()
			.valueEquals("grpc-message", "The request exceeds the limit 'one'. Try again in 100 seconds.")
			.expectHeader()
			.valueEquals("grpc-retry-pushback-ms", "100000")
			.expectHeader()
			.valueEquals("RateLimit", "\"one\";r=0;t=100")
			.expectBody()
			.isEmpty();
	}

	@Test
	void aGrpcClientWithoutAKeyIsUnauthenticated() {
		this.client.post()
			.uri("/plain")
			.header("Content-Type", "application/grpc")
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("grpc-status", "16");
	}

	@Test
	void aGrpcClientThatLeavesAHeaderOutSentAnInvalidArgument() {
		call("/tenants", "application/grpc").expectHeader().valueEquals("grpc-status", "3");
		call("/priced", "application/grpc").expectHeader()
			.valueEquals("grpc-status", "3")
			.expectHeader()
			.doesNotExist("grpc-retry-pushback-ms");
	}

	@Test
	void aGrpcMessageThatIsTooLargeIsNotToBeSentAgain() {
		this.client.post()
			.uri("/leaflet")
			.header("X-API-Key", this.apiKey)
			.header("Content-Type", "application/grpc")
			.bodyValue(new byte[101 * KB])
			.exchange()
			.expectHeader()
			.valueEquals("grpc-status", "8")
			.expectHeader()
			.valueEquals("grpc-retry-pushback-ms", "-1");
	}

	@Test
	void aGrpcClientOverHttp2IsAnsweredWithTrailersOnly() {
		HttpClient http2 = HttpClient.create()
			.protocol(HttpProtocol.H2C)
			.headers((headers) -> headers.set("X-API-Key", this.apiKey).set("Content-Type", "application/grpc"));
		for (String expected : List.of("null", "8")) {
			String status = http2.post()
				.uri("http://127.0.0.1:" + this.port + "/plain")
				.send(Mono.just(bytes("\0\0\0\0\0")))
				.responseSingle((response, content) -> content.asString()
					.defaultIfEmpty("")
					.thenReturn(String.valueOf(response.responseHeaders().get("grpc-status"))))
				.block(Duration.ofSeconds(30));
			assertThat(status).isEqualTo(expected);
		}
	}

	private ResponseSpec get(String path) {
		return this.client.get().uri(path).header("X-API-Key", this.apiKey).exchange();
	}

	private ResponseSpec tenant(String name) {
		return this.client.get().uri("/tenants").header("X-Tenant", name).exchange();
	}

	private ResponseSpec call(String path, String type) {
		return this.client.post().uri(path).header("X-API-Key", this.apiKey).header("Content-Type", type).exchange();
	}

	private ResponseSpec stream(String path, int kilobytes) {
		return this.client.post()
			.uri(path)
			.header("X-API-Key", this.apiKey)
			.contentType(MediaType.TEXT_PLAIN)
			.body(Flux.range(0, kilobytes).map((i) -> "x".repeat(KB)), String.class)
			.exchange();
	}

	private long level(String limit) {
		return Math.round(this.limiter.peek(limit, new KeyIds(null).id(this.apiKey)).level() / 1e6);
	}

	private static ByteBuf bytes(String text) {
		return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		RequestCost dearCost() {
			return (exchange) -> Mono.just(6L);
		}

		@Bean
		RouteLocator cachedRoutes(RouteLocatorBuilder routes) {
			return routes.routes()
				.route("cache-first",
						(route) -> route.path("/cache/first")
							.filters((filters) -> filters.filter(new Cache()).filter(tokenBucket("one")))
							.uri("http://127.0.0.1:1"))
				.route("cache-second",
						(route) -> route.path("/cache/second")
							.filters((filters) -> filters.filter(tokenBucket("one"), -5).filter(new Cache()))
							.uri("http://127.0.0.1:1"))
				.build();
		}

		@Bean
		ChangeAtCommitGatewayFilterFactory changeAtCommit() {
			return new ChangeAtCommitGatewayFilterFactory();
		}

		@Bean
		SendAgainGatewayFilterFactory sendAgain() {
			return new SendAgainGatewayFilterFactory();
		}

		@Bean
		ChangeBodyGatewayFilterFactory changeBody(ModifyResponseBodyGatewayFilterFactory modify) {
			return new ChangeBodyGatewayFilterFactory(modify);
		}

	}

	/**
	 * Stands where LocalResponseCache does and has every answer.
	 */
	static class Cache implements GatewayFilter, Ordered {

		@Override
		public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
			exchange.getResponse().setStatusCode(HttpStatus.OK);
			return exchange.getResponse().setComplete();
		}

		@Override
		public int getOrder() {
			return NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 3;
		}

	}

	static class ChangeAtCommitGatewayFilterFactory extends AbstractGatewayFilterFactory<Object> {

		@Override
		public GatewayFilter apply(Object config) {
			return (exchange, chain) -> {
				exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> {
					exchange.getResponse().setStatusCode(HttpStatus.OK);
					exchange.getResponse().getHeaders().remove(HttpHeaders.RETRY_AFTER);
				}));
				return chain.filter(exchange);
			};
		}

	}

	static class ChangeBodyGatewayFilterFactory extends AbstractGatewayFilterFactory<Object> {

		private final ModifyResponseBodyGatewayFilterFactory modify;

		ChangeBodyGatewayFilterFactory(ModifyResponseBodyGatewayFilterFactory modify) {
			this.modify = modify;
		}

		@Override
		public GatewayFilter apply(Object config) {
			return this.modify.apply((modified) -> modified.setRewriteFunction(String.class, String.class,
					(exchange, body) -> Mono.just("changed")));
		}

	}

	/**
	 * Sends what failed again, as retries do that know nothing of kept bodies.
	 */
	static class SendAgainGatewayFilterFactory extends AbstractGatewayFilterFactory<Object> {

		@Override
		public GatewayFilter apply(Object config) {
			return (exchange, chain) -> chain.filter(exchange).then(Mono.defer(() -> {
				if (exchange.getResponse().getStatusCode() != HttpStatus.SERVICE_UNAVAILABLE) {
					return Mono.empty();
				}
				ServerWebExchangeUtils.reset(exchange);
				return apply(config).filter(exchange, chain);
			}));
		}

	}

}
