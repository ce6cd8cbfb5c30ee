package io.openclaw.tokenbucket.gateway;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.CircuitStateChanged;
import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;
import io.openclaw.tokenbucket.resilience.WarmUp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A gateway with an upstream that becomes slow, over HTTP. The threshold is far from what
 * a busy machine makes of a fast answer.
 */
@TestPropertySource(properties = "spring.config.name=gateway-circuit")
class CircuitBreakerHttpTests extends GatewayOverHttp {

	private static final Duration SLOW = Duration.ofMillis(1100);

	@Autowired
	private CircuitBreakerRegistry registry;

	@Autowired
	private LatencyCircuitBreakers breakers;

	@Autowired
	private TestGateway gateway;

	private final String key = UUID.randomUUID().toString();

	@BeforeEach
	void reset() {
		this.registry.getAllCircuitBreakers().forEach(CircuitBreaker::reset);
	}

	@Test
	void aSlowUpstreamOpensTheCircuitOfItsRouteOnly() {
		upstream.delay(SLOW);
		callTogether("/rating", 4);
		await().untilAsserted(() -> assertThat(this.breakers.forRoute("rating").state()).isEqualTo(CircuitState.OPEN));
		int forwarded = upstream.requests();
		long level = this.limiter.peek("rating", this.key).level();
		get("/rating").expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.valueMatches("Retry-After", "[1-9]|10")
			.expectHeader()
			.doesNotExist("RateLimit")
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity")
			.jsonPath("$.violated-policies")
			.doesNotExist();
		assertThat(upstream.requests()).isEqualTo(forwarded);
		assertThat(this.gateway.refusals()).contains("rating CIRCUIT_OPEN");
		this.client.get()
			.uri("/actuator/tokenbuckets/explain?key={key}", this.key)
			.exchange()
			.expectBody()
			.jsonPath("$.limits[0].circuits.rating")
			.isEqualTo("open")
			.jsonPath("$.limits[0].circuits.in-java")
			.isEqualTo("closed");
		assertThat(this.limiter.peek("rating", this.key).level()).isGreaterThanOrEqualTo(level);
		upstream.delay(Duration.ZERO);
		get("/other").expectStatus().isOk();
		await().untilAsserted(() -> assertThat(this.gateway.changes()).anySatisfy((change) -> {
			assertThat(change.route()).isEqualTo("rating");
			assertThat(change.to()).isEqualTo(CircuitState.OPEN);
			assertThat(change.slowPercent()).isEqualTo(100);
		}));
	}

	@Test
	void nothingIsReservedOrSettledWhileTheCircuitIsOpen() {
		CircuitBreaker circuit = this.registry.circuitBreaker("token-bucket.reserving");
		circuit.transitionToOpenState();
		get("/reserving").expectStatus().isEqualTo(429).expectHeader().doesNotExist("RateLimit");
		assertThat(this.gateway.refusals()).contains("reserving CIRCUIT_OPEN");
		assertThat(this.limiter.busiest("reserving", 1)).isEmpty();
		assertThat(this.limiter.openReservations("reserving")).isZero();
		circuit.transitionToClosedState();
		get("/reserving").expectStatus().isOk();
		await().untilAsserted(() -> assertThat(this.limiter.openReservations("reserving")).isZero());
		assertThat(Math.floorDiv(this.limiter.peek("reserving", this.key).level(), 1_000_000)).isEqualTo(500);
	}

	@Test
	void requestsWithABodyAreJudgedAsWell() {
		upstream.delay(SLOW);
		WebClient web = WebClient.create("http://127.0.0.1:" + this.port);
		Flux.range(0, 4)
			.flatMap((i) -> web.post()
				.uri("/other")
				.header("X-Key", this.key)
				.bodyValue("x".repeat(10_000))
				.retrieve()
				.toBodilessEntity())
			.blockLast(Duration.ofSeconds(30));
		await().untilAsserted(() -> assertThat(this.breakers.forRoute("other").state()).isEqualTo(CircuitState.OPEN));
	}

	@Test
	void aFastUpstreamClosesItAgain() {
		this.registry.circuitBreaker("token-bucket.rating").transitionToOpenState();
		this.registry.circuitBreaker("token-bucket.rating").transitionToHalfOpenState();
		get("/rating").expectStatus().isOk();
		get("/rating").expectStatus().isOk();
		assertThat(this.breakers.forRoute("rating").state()).isEqualTo(CircuitState.CLOSED);
	}

	@Test
	void rejectedRequestsTakeNoPlaceOfAProbe() {
		this.limiter.tryConsume("rating", this.key, 100);
		this.registry.circuitBreaker("token-bucket.rating").transitionToOpenState();
		this.registry.circuitBreaker("token-bucket.rating").transitionToHalfOpenState();
		for (int i = 0; i < 10; i++) {
			get("/rating").expectStatus().isEqualTo(429).expectHeader().exists("RateLimit");
		}
		assertThat(this.registry.circuitBreaker("token-bucket.rating").tryAcquirePermission()).isTrue();
	}

	@Test
	void aStreamThatBeginsAtOnceIsNotSlow() {
		assertThat(bodiesTogether("/stream", 4)).containsOnly("firstlast");
		assertThat(this.breakers.forRoute("stream").state()).isEqualTo(CircuitState.CLOSED);
		assertThat(this.registry.circuitBreaker("token-bucket.stream").getMetrics().getNumberOfBufferedCalls())
			.isEqualTo(4);
	}

	@Test
	void aClientThatGoesAwayGivesItsPlaceBack() {
		CircuitBreaker other = this.registry.circuitBreaker("token-bucket.other");
		other.transitionToOpenState();
		other.transitionToHalfOpenState();
		upstream.delay(Duration.ofSeconds(20));
		int forwarded = upstream.requests();
		Disposable client = WebClient.create("http://127.0.0.1:" + this.port)
			.get()
			.uri("/other")
			.header("X-Key", this.key)
			.retrieve()
			.toBodilessEntity()
			.subscribe();
		await().until(() -> upstream.requests() == forwarded + 1);
		client.dispose();
		assertThat(other.tryAcquirePermission()).isTrue();
		await().until(other::tryAcquirePermission);
	}

	@Test
	void aRouteConfiguredInResilience4jHasItsOwnThreshold() {
		assertThat(this.breakers.forRoute("own").threshold().duration()).isEqualTo(Duration.ofSeconds(7));
		assertThat(this.breakers.forRoute("rating").threshold().duration()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void allRoutesWithAThresholdHaveACircuitBeforeTheirFirstRequest() {
		assertThat(this.breakers.states()).containsKeys("idle", "in-java").doesNotContainKeys("quiet", "unlimited");
	}

	@Test
	void uploadsThatBreakOffDoNotOpenTheCircuit() throws Exception {
		int before = upstream.brokenUploads();
		for (Socket upload : slowUploads(12)) {
			upload.close();
		}
		await().until(() -> upstream.brokenUploads() >= before + 12);
		assertThat(this.breakers.forRoute("upload").state()).isEqualTo(CircuitState.CLOSED);
		assertThat(this.registry.circuitBreaker("token-bucket.upload").getMetrics().getNumberOfBufferedCalls())
			.isZero();
	}

	@Test
	void uploadsThatAreHeldDoNotKeepTheCircuitFromClosing() throws Exception {
		CircuitBreaker upload = this.registry.circuitBreaker("token-bucket.upload");
		upload.transitionToOpenState();
		upload.transitionToHalfOpenState();
		List<Socket> held = slowUploads(5);
		try {
			get("/upload").expectStatus().isOk();
			get("/upload").expectStatus().isOk();
			assertThat(upload.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
		}
		finally {
			for (Socket socket : held) {
				socket.close();
			}
		}
	}

	@Test
	void aStreamWhoseFirstEventIsLateIsNotSlow() {
		assertThat(bodiesTogether("/events", 4)).containsOnly("late");
		assertThat(this.breakers.forRoute("events").state()).isEqualTo(CircuitState.CLOSED);
		assertThat(this.registry.circuitBreaker("token-bucket.events").getMetrics().getNumberOfSlowCalls()).isZero();
	}

	/** Each sends 3 of 100 bytes, and nothing more for longer than the threshold. */
	private List<Socket> slowUploads(int count) throws Exception {
		List<Socket> uploads = new ArrayList<>();
		int before = upstream.requests();
		for (int i = 0; i < count; i++) {
			Socket socket = new Socket("127.0.0.1", this.port);
			uploads.add(socket);
			socket.getOutputStream()
				.write("POST /upload HTTP/1.1\r\nHost: x\r\nX-Key: %s\r\nContent-Length: 100\r\n\r\nabc"
					.formatted(this.key)
					.getBytes(StandardCharsets.US_ASCII));
		}
		await().until(() -> upstream.requests() == before + count);
		long since = System.nanoTime();
		await().until(() -> System.nanoTime() - since > SLOW.toNanos());
		return uploads;
	}

	private void callTogether(String path, int times) {
		together(times, (web) -> ask(web, path).toBodilessEntity());
	}

	private List<String> bodiesTogether(String path, int times) {
		return together(times, (web) -> ask(web, path).bodyToMono(String.class));
	}

	private WebClient.ResponseSpec ask(WebClient web, String path) {
		return web.get().uri(path).header("X-Key", this.key).retrieve();
	}

	private <T> List<T> together(int times, Function<WebClient, Mono<T>> call) {
		WebClient web = WebClient.create("http://127.0.0.1:" + this.port);
		return Flux.range(0, times).flatMap((i) -> call.apply(web)).collectList().block(Duration.ofSeconds(30));
	}

	private WebTestClient.ResponseSpec get(String path) {
		return this.client.get().uri(path).header("X-Key", this.key).exchange();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class TestGateway {

		private final List<CircuitStateChanged> changes = new CopyOnWriteArrayList<>();

		private final List<String> refusals = new CopyOnWriteArrayList<>();

		List<CircuitStateChanged> changes() {
			return this.changes;
		}

		List<String> refusals() {
			return this.refusals;
		}

		@Bean
		DecisionListener decisionListener() {
			return new DecisionListener() {

				@Override
				public void onDecision(DecisionEvent event) {
				}

				@Override
				public void onRefusal(String limit, Refusal refusal) {
					TestGateway.this.refusals.add(limit + " " + refusal);
				}

			};
		}

		@Bean
		WarmUp warmUp() {
			return WarmUp.NONE;
		}

		@Bean
		RouteLocator routesInJava(RouteLocatorBuilder routes) {
			return routes.routes()
				.route("in-java",
						(route) -> route.path("/in-java")
							.filters((filters) -> filters.filter(TokenBucketFilters.tokenBucket("rating")))
							.uri("http://127.0.0.1:" + upstream.port()))
				.build();
		}

		@EventListener
		void onChange(CircuitStateChanged change) {
			this.changes.add(change);
		}

	}

}
