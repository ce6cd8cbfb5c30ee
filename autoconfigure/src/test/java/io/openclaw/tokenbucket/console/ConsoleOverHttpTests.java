package io.openclaw.tokenbucket.console;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleOverHttpTests {

	private static final String ENABLED = "--openclaw.console.enabled=true";

	private static ConfigurableApplicationContext shared;

	private ConfigurableApplicationContext gateway = shared;

	@BeforeAll
	static void startShared() {
		shared = run(ENABLED);
	}

	@AfterAll
	static void stopShared() {
		shared.close();
	}

	@AfterEach
	void stop() {
		if (this.gateway != shared) {
			this.gateway.close();
		}
	}

	@Test
	void thereIsNoPageUnlessItIsAskedFor() {
		start();
		get("/actuator/console").expectStatus().isNotFound();
		get("/actuator/console/events").expectStatus().isNotFound();
	}

	@Test
	void thePageLoadsNothingFromElsewhere() {
		get("/actuator/console").expectStatus()
			.isOk()
			.expectHeader()
			.contentTypeCompatibleWith(MediaType.TEXT_HTML)
			.expectHeader()
			.value("Content-Security-Policy",
					(policy) -> assertThat(policy).contains("script-src 'self'").endsWith("connect-src 'self'"))
			.expectBody(String.class)
			.value((html) -> assertThat(html).contains("<base href=\"/actuator/console/\">").doesNotContain("{{"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "console.css", "console.js", "stream.js", "fleet.js", "words.js", "chart.js", "view.js",
			"bucket.js", "uplot.js", "uplot.css" })
	void everyFileOfThePageIsThere(String file) {
		get("/actuator/console/assets/" + file).expectStatus().isOk().expectBody().consumeWith((answer) -> {
			assertThat(answer.getResponseHeaders().getContentType())
				.matches((type) -> type.getSubtype().equals("css") || type.getSubtype().equals("javascript"));
			assertThat(answer.getResponseBody()).isNotEmpty();
		});
	}

	@Test
	void noOtherFileIsServed() {
		get("/actuator/console/assets/index.html").expectStatus().isNotFound();
		get("/actuator/console/assets/..%2Findex.html").expectStatus().isNotFound();
	}

	@Test
	void theStreamSaysWhatTheEndpointsSayAndWhyRequestsWereRejected() {
		TokenBucketLimiter limiter = this.gateway.getBean(TokenBucketLimiter.class);
		assertThat(limiter.tryConsume("api", "4711", 10).isAdmitted()).isTrue();
		assertThat(limiter.tryConsume("api", "4711", 1).isAdmitted()).isFalse();
		assertThat(firstSample()).contains("\"capacity\":10", "\"4711\"", "\"fleetSize\":1", "\"admitted\":1",
				"\"exhausted\":1");
	}

	@Test
	void pagesOfConfiguredGatewaysAloneReadTheStream() {
		start(ENABLED, "--openclaw.console.gateways=https://eu.example.com/actuator/console");
		events("https://eu.example.com").expectHeader()
			.valueEquals(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "https://eu.example.com");
		events("https://eu.example.com.evil.org").expectHeader().doesNotExist(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN);
		events("null").expectHeader().doesNotExist(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN);
		get("/actuator/console").expectHeader()
			.value("Content-Security-Policy", (policy) -> assertThat(policy).endsWith("'self' https://eu.example.com"));
	}

	@Test
	void itStandsUnderTheBasePathsOfEndpointsAndApplication() {
		start(ENABLED, "--spring.webflux.base-path=/app", "--management.endpoints.web.base-path=/manage");
		get("/app/manage/console").expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((html) -> assertThat(html).contains("<base href=\"/app/manage/console/\">", "/app/manage&quot;"));
	}

	@Test
	void itIsOnThePortOfTheEndpointsAlone() {
		start(ENABLED, "--management.server.port=0");
		get("/actuator/console").expectStatus().isNotFound();
		client("local.management.port").get().uri("/actuator/console").exchange().expectStatus().isOk();
		client("local.management.port").get()
			.uri("/actuator/console/assets/console.js")
			.exchange()
			.expectStatus()
			.isOk();
	}

	@Test
	void securityTakesItForAnEndpoint() {
		assertThat(this.gateway.getBean(PathMappedEndpoints.class).getPath(EndpointId.of("console")))
			.isEqualTo("/actuator/console");
	}

	private void start(String... args) {
		this.gateway = run(args);
	}

	private static ConfigurableApplicationContext run(String... args) {
		String[] all = new String[args.length + 4];
		System.arraycopy(args, 0, all, 0, args.length);
		all[args.length] = "--server.port=0";
		all[args.length + 1] = "--openclaw.buckets.api.capacity=10";
		all[args.length + 2] = "--openclaw.buckets.api.refill-rate-per-second=0.001";
		all[args.length + 3] = "--spring.main.banner-mode=off";
		return SpringApplication.run(Gateway.class, all);
	}

	private String firstSample() {
		return Objects.requireNonNull(client("local.server.port").get()
			.uri("/actuator/console/events")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.exchange()
			.returnResult(String.class)
			.getResponseBody()
			.blockFirst(Duration.ofSeconds(30)));
	}

	private WebTestClient.ResponseSpec events(String origin) {
		return client("local.server.port").get()
			.uri("/actuator/console/events")
			.header(HttpHeaders.ORIGIN, origin)
			.exchange();
	}

	private WebTestClient.ResponseSpec get(String path) {
		return client("local.server.port").get().uri(URI.create(base("local.server.port") + path)).exchange();
	}

	private WebTestClient client(String port) {
		return WebTestClient.bindToServer().baseUrl(base(port)).responseTimeout(Duration.ofSeconds(30)).build();
	}

	private String base(String port) {
		return "http://127.0.0.1:" + this.gateway.getEnvironment().getProperty(port);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Gateway {

	}

}
