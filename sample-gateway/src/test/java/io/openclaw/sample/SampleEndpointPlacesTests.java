package io.openclaw.sample;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sample's short paths where its endpoints are elsewhere.
 */
class SampleEndpointPlacesTests {

	private static WebTestClient client(int port) {
		return WebTestClient.bindToServer()
			.baseUrl("http://127.0.0.1:" + port)
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(16 << 20))
			.build();
	}

	private static void expectEndpoints(WebTestClient client, String base) {
		client.get().uri(base + "/metrics").exchange().expectStatus().isOk().expectBody(String.class).value((page) -> {
			assertThat(page).contains("openclaw_bucket_capacity");
		});
		client.get()
			.uri(base + "/healthz")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP");
		client.get()
			.uri(base + "/ready")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP");
	}

	@Nested
	@SpringBootTest(classes = SampleGatewayApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "spring.data.redis.port=0", "openclaw.node.id=edge-root",
					"management.endpoints.web.base-path=/" })
	class AtTheRoot {

		@Test
		void shortPathsLeadThere(@LocalServerPort int port) {
			expectEndpoints(client(port), "");
			client(port).get().uri("/").exchange().expectStatus().isOk().expectBody(String.class).value((page) -> {
				assertThat(page).contains("<base href=\"/console/\">");
			});
		}

	}

	@Nested
	@SpringBootTest(classes = SampleGatewayApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "spring.data.redis.port=0", "openclaw.node.id=edge-apart", "management.server.port=0",
					"management.endpoints.web.base-path=/manage", "management.server.base-path=/ops",
					"spring.webflux.base-path=/app" })
	class OnAPortOfTheirOwn {

		@Test
		void shortPathsLeadThere(@LocalServerPort int port, @LocalManagementPort int management) {
			expectEndpoints(client(port), "/app");
			client(port).get()
				.uri("/app/")
				.exchange()
				.expectStatus()
				.isFound()
				.expectHeader()
				.location("http://127.0.0.1:" + management + "/ops/manage/console");
		}

	}

}
