package io.openclaw.sample;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * The sample where another application has the root of the host.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "spring.data.redis.port=0", "openclaw.node.id=edge-b", "spring.webflux.base-path=/app" })
class SampleBasePathTests {

	@ParameterizedTest
	@ValueSource(strings = { "/", "/rate", "/v1/rate", "/rating", "/bucket/state", "/v1/bucket/state", "/status",
			"/health", "/healthz", "/ready", "/metrics", "/actuator/tokenbuckets" })
	void answersUnderItsBasePath(String path, @LocalServerPort int port) {
		WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + port)
			.build()
			.get()
			.uri("/app" + path)
			.exchange()
			.expectStatus()
			.isOk();
	}

}
