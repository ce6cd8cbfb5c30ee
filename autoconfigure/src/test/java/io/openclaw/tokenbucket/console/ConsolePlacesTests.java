package io.openclaw.tokenbucket.console;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

class ConsolePlacesTests {

	private static final String ENABLED = "--openclaw.console.enabled=true";

	private ConfigurableApplicationContext gateway;

	@AfterEach
	void stop() {
		this.gateway.close();
	}

	@Test
	void thereIsNoPageUnlessItIsAskedFor() {
		start();
		get("/actuator/console").expectStatus().isNotFound();
		get("/actuator/console/events").expectStatus().isNotFound();
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

	/** A server that stops gracefully waits for answers, for half a minute. */
	@Test
	void pagesThatLookDoNotKeepAGatewayFromStopping() {
		start(ENABLED);
		CompletableFuture<Void> page = events("null").returnResult(String.class).getResponseBody().then().toFuture();
		this.gateway.close();
		assertThat(page).as("ended, not cut off").succeedsWithin(Duration.ofSeconds(10));
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
		get("local.management.port", "/actuator/console").expectStatus().isOk();
		get("local.management.port", "/actuator/console/assets/console.js").expectStatus().isOk();
	}

	private void start(String... args) {
		this.gateway = ConsoleGateway.start(args);
	}

	private WebTestClient.ResponseSpec events(String origin) {
		return ConsoleGateway.client(this.gateway, "local.server.port")
			.get()
			.uri("/actuator/console/events")
			.header(HttpHeaders.ORIGIN, origin)
			.exchange();
	}

	private WebTestClient.ResponseSpec get(String path) {
		return get("local.server.port", path);
	}

	private WebTestClient.ResponseSpec get(String port, String path) {
		return ConsoleGateway.get(this.gateway, port, path);
	}

}
