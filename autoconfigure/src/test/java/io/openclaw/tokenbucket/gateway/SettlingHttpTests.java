package io.openclaw.tokenbucket.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.cloud.gateway.filter.ratelimit.KeyResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;

import io.openclaw.tokenbucket.gateway.key.KeyIds;
import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests that reserve tokens and are settled by their answers, over HTTP: each kind of
 * answer, and each way in which a request can end.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = SettlingHttpTests.Gateway.class)
@TestPropertySource(properties = "spring.config.name=gateway-settling")
class SettlingHttpTests {

	private static final ModelService model = new ModelService();

	@LocalServerPort
	private int port;

	@Autowired
	private TokenBucketLimiter limiter;

	private WebTestClient client;

	private final String apiKey = "key-" + UUID.randomUUID();

	@DynamicPropertySource
	static void upstreamProperties(DynamicPropertyRegistry registry) {
		registry.add("upstream", () -> "http://127.0.0.1:" + model.port());
		registry.add("upstream-address", () -> "127.0.0.1:" + model.port());
	}

	@BeforeEach
	void connect() {
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + this.port)
			.responseTimeout(Duration.ofSeconds(30))
			.build();
	}

	@AfterEach
	void nothingIsLeftOpen() {
		await().untilAsserted(() -> assertThat(this.limiter.limits())
			.allSatisfy((limit) -> assertThat(this.limiter.openReservations(limit)).as(limit).isZero()));
	}

	@ParameterizedTest
	@CsvSource({ "120, 880", "0, 1000", "16.2, 983", "500, 500", "900, 100", "1000, 0", "9999, 0" })
	void aHeaderSaysWhatWasUsed(String used, long left) {
		get("/header?as=header&used=" + used).expectStatus().isOk();
		assertThat(level("header")).isEqualTo(left);
	}

	@ParameterizedTest
	@CsvSource({ "/header?as=none", "/header?as=header&used=many", "/header?as=header&used=-5",
			"/header?as=header&used=1e999999999" })
	void anAnswerThatDoesNotSayItCostsWhatItReserved(String uri) {
		get(uri).expectStatus().isOk();
		nothingIsLeftOpen();
		assertThat(level("header")).isEqualTo(500);
	}

	@ParameterizedTest
	@CsvSource({ "json, 20", "json, 700", "events, 20", "events, 700" })
	void aFieldOfTheAnswerSaysWhatWasUsedInEachLimit(String as, long used) {
		long before = levelOfAll();
		get("/json?as=" + as + "&used=" + used).expectStatus().isOk().expectBody(String.class).value((body) -> {
			assertThat(body).contains("\"total_tokens\":" + used).endsWith(as.equals("json") ? "}}" : "[DONE]\n\n");
		});
		await().untilAsserted(() -> assertThat(level("json")).isEqualTo(1000 - used));
		await().untilAsserted(() -> assertThat(before - levelOfAll()).isEqualTo(used));
	}

	@Test
	void anAnswerThatIsEncodedCostsWhatItReserved() {
		WebClient.create("http://127.0.0.1:" + this.port)
			.get()
			.uri("/json?as=json&used=20&encoding=br")
			.header("X-API-Key", this.apiKey)
			.retrieve()
			.toBodilessEntity()
			.block(Duration.ofSeconds(30));
		assertThat(level("json")).isEqualTo(500);
	}

	@Test
	void theSizeOfTheAnswerIsPaid() {
		get("/size?as=bytes&used=10241").expectStatus().isOk();
		await().untilAsserted(() -> assertThat(level("size")).isEqualTo(989));
	}

	@Test
	void theTimeOfTheAnswerIsPaid() {
		get("/time?as=json&used=1").expectStatus().isOk();
		await().untilAsserted(() -> assertThat(level("time")).isBetween(901L, 999L));
	}

	@Test
	void aBeanSaysWhatWasUsed() {
		get("/bean?used=30").expectStatus().isOk();
		await().untilAsserted(() -> assertThat(level("bean")).isEqualTo(970));
	}

	@ParameterizedTest
	@CsvSource({ "throws", "empty", "negative" })
	void aBeanThatFailsCostsWhatWasReserved(String failure) {
		get("/bean?used=" + failure).expectStatus().isOk();
		nothingIsLeftOpen();
		assertThat(level("bean")).isEqualTo(930);
	}

	@Test
	void whoPaysAfterwardsIsAdmittedWhileThereIsAnything() {
		get("/post-paid?as=header&used=99").expectStatus().isOk();
		get("/post-paid?as=header&used=51").expectStatus().isOk();
		assertThat(level("post-paid")).isEqualTo(-50);
		get("/post-paid?as=header&used=1").expectStatus().isEqualTo(429);
	}

	@ParameterizedTest
	@CsvSource({ "/header?status=500, 500", "/header?status=503&as=header&used=7, 993",
			"/header?status=404&as=header&used=7, 993", "/unreachable, 1000", "/answered, 1000" })
	void aRequestThatFailsCostsWhatIsKnownElseWhatItReservedUnlessItNeverGotThere(String uri, long left) {
		get(uri);
		await().untilAsserted(() -> assertThat(level("header")).isEqualTo(left));
	}

	@ParameterizedTest
	@CsvSource({ "/json?status=500, 1000", "/json?as=broken, 1000", "/json, 500" })
	void whoFailsIsRefundedWhereThatIsThePolicy(String uri, long left) {
		get(uri);
		await().untilAsserted(() -> assertThat(level("json")).isEqualTo(left));
	}

	/** Each waits for as long, and so all of them at once. */
	@Test
	void anAnswerThatDoesNotComeInTimeIsAFailureLikeOthers() {
		WebClient gateway = WebClient.create("http://127.0.0.1:" + this.port);
		List<HttpStatusCode> answers = Flux.just("/header", "/json", "/drop-in")
			.flatMap((path) -> gateway.get()
				.uri(path + "?as=slow")
				.header("X-API-Key", this.apiKey)
				.exchangeToMono((answer) -> answer.releaseBody().thenReturn(answer.statusCode())))
			.collectList()
			.block(Duration.ofSeconds(30));
		assertThat(answers).hasSize(3).containsOnly(HttpStatus.GATEWAY_TIMEOUT);
		nothingIsLeftOpen();
		assertThat(level("header")).isEqualTo(500);
		assertThat(level("json")).isEqualTo(1000);
		assertThat(levelOfDropIn()).isBetween(1000L, 1010L);
	}

	@Test
	void aCallerThatGoesAwayPaysWhatIsKnownByThen() {
		cancel("/json?as=endless");
		await().untilAsserted(() -> assertThat(level("json")).isEqualTo(983));
	}

	@Test
	void aRequestThatIsSentAgainIsSettledByItsLastAnswer() {
		int before = model.requests();
		get("/retried?status=500&as=header&used=7");
		assertThat(model.requests() - before).isEqualTo(3);
		assertThat(level("header")).isEqualTo(993);
	}

	@Test
	void aSocketIsSettledWhenItCloses() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-API-Key", this.apiKey);
		new ReactorNettyWebSocketClient()
			.execute(URI.create("ws://127.0.0.1:" + this.port + "/ws"), headers,
					(session) -> session.send(Mono.just(session.textMessage("hello")))
						.thenMany(session.receive().take(1))
						.then(session.close()))
			.block(Duration.ofSeconds(30));
		await().untilAsserted(() -> assertThat(level("time")).isBetween(901L, 999L));
		assertThat(level("size")).isEqualTo(900);
	}

	@Test
	void aShadowSettlesAsWell() {
		get("/shadow?as=header&used=100").expectStatus().isOk();
		assertThat(level("shadow")).isEqualTo(900);
		assertThat(level("fixed")).isEqualTo(999);
	}

	@Test
	void aPlanSettlesInItsOwnBucket() {
		this.client.get()
			.uri("/plans?as=header&used=100")
			.header("X-API-Key", "partner-1")
			.exchange()
			.expectStatus()
			.isOk();
		assertThat(Math.round(this.limiter.peek("plans.gold", new KeyIds(null).id("partner-1")).level() / 1e6))
			.isEqualTo(4900);
	}

	@ParameterizedTest
	@CsvSource({ "as=json&used=20, 980", "as=events&used=550, 450", "as=events&used=9999, 400", "as=none, 500",
			"as=none&status=500, 1000" })
	void aRouteOfRequestRateLimiterIsSettledByItsArguments(String query, long left) {
		get("/drop-in?" + query);
		await().untilAsserted(() -> assertThat(levelOfDropIn()).isBetween(left, left + 10));
		assertThat(this.limiter.openReservations("request-rate-limiter:drop-in")).isZero();
	}

	@Test
	void headersTellWhatIsLeftAfterTheReservation() {
		get("/header?as=header&used=900").expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("RateLimit", "\"header\";r=500;t=0");
		get("/header?as=header&used=1").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueMatches("RateLimit", "\"header\";r=100;t=[1-9][0-9]*")
			.expectHeader()
			.valueMatches("Retry-After", "[1-9][0-9]*");
	}

	@Test
	void aCostAboveTheCapacityReservesNothing() {
		get("/small?used=1").expectStatus().isBadRequest();
		assertThat(level("small")).isEqualTo(50);
	}

	@Test
	void aRejectedRequestReservesNothing() {
		get("/header?as=header&used=900").expectStatus().isOk();
		get("/header?as=header&used=1").expectStatus().isEqualTo(429);
		assertThat(level("header")).isEqualTo(100);
	}

	private WebTestClient.ResponseSpec get(String uri) {
		return this.client.get().uri(uri).header("X-API-Key", this.apiKey).exchange();
	}

	private void cancel(String uri) {
		Flux<String> events = WebClient.create("http://127.0.0.1:" + this.port)
			.get()
			.uri(uri)
			.header("X-API-Key", this.apiKey)
			.retrieve()
			.bodyToFlux(String.class);
		Disposable stream = events.filter("[DONE]"::equals).take(1).subscribe();
		await().until(stream::isDisposed);
	}

	private long levelOfAll() {
		return this.limiter.busiest("everybody", 1)
			.stream()
			.mapToLong((bucket) -> Math.floorDiv(bucket.level(), 1_000_000))
			.findFirst()
			.orElse(100_000);
	}

	private long levelOfDropIn() {
		return Math.floorDiv(this.limiter.peek("request-rate-limiter:drop-in", this.apiKey).level(), 1_000_000);
	}

	private long level(String limit) {
		return Math.floorDiv(this.limiter.peek(limit, new KeyIds(null).id(this.apiKey)).level(), 1_000_000);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Gateway {

		@Bean
		KeyResolver apiKeyResolver() {
			return (exchange) -> Mono.justOrEmpty(exchange.getRequest().getHeaders().getFirst("X-API-Key"));
		}

		@Bean
		RequestCost estimate() {
			return (exchange) -> Mono.just(70L);
		}

		@Bean
		ResponseCost actual() {
			return (exchange) -> switch (String.valueOf(exchange.getRequest().getQueryParams().getFirst("used"))) {
				case "throws" -> throw new IllegalStateException("by design");
				case "empty" -> Mono.empty();
				case "negative" -> Mono.just(-1L);
				default -> Mono.just(30L);
			};
		}

	}

}
