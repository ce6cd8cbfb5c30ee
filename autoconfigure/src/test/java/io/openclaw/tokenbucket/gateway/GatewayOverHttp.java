package io.openclaw.tokenbucket.gateway;

import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.BeforeEach;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;

/**
 * A gateway on a free port in front of one service, and a caller whom it has never seen.
 * Classes that name the same application and settings share a gateway.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
abstract class GatewayOverHttp {

	static final UpstreamService upstream = new UpstreamService();

	@LocalServerPort
	int port;

	@Autowired
	TokenBucketLimiter limiter;

	WebTestClient client;

	final String apiKey = "key-" + UUID.randomUUID();

	@DynamicPropertySource
	static void upstreamProperties(DynamicPropertyRegistry registry) {
		registry.add("upstream-address", () -> "127.0.0.1:" + upstream.port());
		registry.add("upstream", () -> "http://127.0.0.1:" + upstream.port());
	}

	@BeforeEach
	void connect() {
		upstream.reset();
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + this.port)
			.responseTimeout(Duration.ofSeconds(30))
			.build();
	}

}
