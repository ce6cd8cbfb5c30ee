package io.openclaw.tokenbucket.console;

import java.time.Duration;
import java.util.Objects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleOverHttpTests {

	private static ConfigurableApplicationContext gateway;

	@BeforeAll
	static void start() {
		gateway = ConsoleGateway.start("--openclaw.console.enabled=true");
	}

	@AfterAll
	static void stop() {
		gateway.close();
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
			"bucket.js", "explain.js", "uplot.js", "uplot.css" })
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
		TokenBucketLimiter limiter = gateway.getBean(TokenBucketLimiter.class);
		assertThat(limiter.tryConsume("api", "4711", 10).isAdmitted()).isTrue();
		assertThat(limiter.tryConsume("api", "4711", 1).isAdmitted()).isFalse();
		assertThat(firstSample()).contains("\"capacity\":10", "\"4711\"", "\"fleetSize\":1", "\"admitted\":1",
				"\"exhausted\":1");
	}

	@Test
	void securityTakesItForAnEndpoint() {
		assertThat(gateway.getBean(PathMappedEndpoints.class).getPath(EndpointId.of("console")))
			.isEqualTo("/actuator/console");
	}

	private static String firstSample() {
		return Objects.requireNonNull(ConsoleGateway.client(gateway, "local.server.port")
			.get()
			.uri("/actuator/console/events")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.exchange()
			.returnResult(String.class)
			.getResponseBody()
			.blockFirst(Duration.ofSeconds(30)));
	}

	private static WebTestClient.ResponseSpec get(String path) {
		return ConsoleGateway.get(gateway, "local.server.port", path);
	}

}
