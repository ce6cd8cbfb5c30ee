package io.openclaw.tokenbucket.observability;

import java.util.stream.Stream;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.crdt.MicroTokens;
import io.openclaw.tokenbucket.observability.TokenBucketsWritesOverHttpTests.OnGateway;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Writes that cannot be read, or that can be read in two ways, are refused with a problem
 * that says where.
 */
class UnreadableWritesOverHttpTests {

	private static final String LIMIT = "/actuator/tokenbuckets/rating";

	private static final String SEARCH = "/actuator/tokenbuckets/search";

	@Nested
	class ByDefault extends OnGateway {

		@Test
		void whatIsSwitchedOffIsSaidInAProblem() {
			this.client.post()
				.uri(LIMIT)
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue("{}")
				.exchange()
				.expectStatus()
				.isEqualTo(HttpStatus.METHOD_NOT_ALLOWED)
				.expectHeader()
				.valueEquals("Allow", "GET")
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.jsonPath("$.detail")
				.value((detail) -> assertThat(detail.toString())
					.contains("management.endpoint.tokenbuckets.access=unrestricted"));
		}

	}

	@Nested
	@TestPropertySource(properties = { "management.endpoint.tokenbuckets.access=unrestricted",
			"management.endpoint.tokenbucketsnapshot.access=unrestricted" })
	class WithUnrestrictedAccess extends OnGateway {

		static Stream<Arguments> unreadable() {
			return Stream.of(Arguments.of("{\"capacity\": 20", "body", "line 1"),
					Arguments.of("{\n  capacity: 20\n}", "body", "line 2"),
					Arguments.of("capacity=20", "body", "line 1"),
					Arguments.of("{\"capacity\": 20} {\"mode\": \"shadow\"}", "body", "line 1"),
					Arguments.of("[{\"capacity\": 20}]", "body", "object"), Arguments.of("20", "body", "object"),
					Arguments.of("null", "body", "object"),
					Arguments.of("{\"capacity\": {\"tokens\": 20}}", "capacity", "object"),
					Arguments.of("{\"capacity\": 20, \"mode\": [\"shadow\"]}", "mode", "list"),
					Arguments.of("{\"capacity\": 20, \"mode\": null}", "mode", "null"),
					Arguments.of("{\"capacity\": 20, \"capacity\": 30}", "body", "capacity"),
					Arguments.of("{\"capacity\": 20, \"context\": \"x\"}", "context", "no field"),
					Arguments.of("{\"capacity\": 20, \"%s\": 1}".formatted("x".repeat(300_000)), "body", "262144"));
		}

		@ParameterizedTest
		@MethodSource("unreadable")
		void whatCannotBeReadIsRefusedByItsPlace(String body, String field, String detail) {
			expectRefusal(post(LIMIT, body), field, detail);
			expectRefusal(post(LIMIT + "/4711", body.replace("capacity", "tokens")),
					field.replace("capacity", "tokens"), detail.replace("capacity", "tokens"));
			assertThat(capacity("rating")).isEqualTo(10);
			assertThat(this.gateway.audited).isEmpty();
		}

		@ParameterizedTest
		@ValueSource(strings = { "{\"part\": {}}", "{\"part\"", "{\"part\": \"\", \"part\": \"\"}" })
		void aPartOfASnapshotThatCannotBeReadIsRefused(String body) {
			post("/actuator/tokenbucketsnapshot", body).expectStatus()
				.isBadRequest()
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.jsonPath("$.field")
				.isNotEmpty();
		}

		@ParameterizedTest
		@ValueSource(strings = { "application/x-www-form-urlencoded", "text/plain", "application/xml" })
		void anotherTypeOfContentIsRefusedByName(String type) {
			for (String path : new String[] { LIMIT, LIMIT + "/4711" }) {
				this.client.post()
					.uri(path)
					.contentType(MediaType.parseMediaType(type))
					.bodyValue("capacity=20")
					.exchange()
					.expectStatus()
					.isEqualTo(HttpStatus.UNSUPPORTED_MEDIA_TYPE)
					.expectHeader()
					.contentType(MediaType.APPLICATION_PROBLEM_JSON)
					.expectBody()
					.jsonPath("$.field")
					.isEqualTo("Content-Type")
					.jsonPath("$.detail")
					.value((detail) -> assertThat(detail.toString()).contains("application/json"));
			}
		}

		@Test
		void aMethodThatThereIsNotIsRefusedWithAProblem() {
			this.client.method(HttpMethod.PUT)
				.uri(LIMIT)
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue("{}")
				.exchange()
				.expectStatus()
				.isEqualTo(HttpStatus.METHOD_NOT_ALLOWED)
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		}

		@Test
		void theBodyDoesNotNameAnotherLimitThanThePath() {
			expectRefusal(post(LIMIT, "{\"limit\": \"search\", \"capacity\": 77}"), "limit", "path");
			expectRefusal(post(LIMIT + "?limit=search", "{\"capacity\": 77}"), "limit", "path");
			assertThat(capacity("search")).isEqualTo(100);
			assertThat(capacity("rating")).isEqualTo(10);
		}

		@Test
		void theBodyDoesNotNameAnotherKeyThanThePath() {
			Limiters.consume(this.limiter, "search", "alice", 50);
			Limiters.consume(this.limiter, "search", "bob", 50);
			expectRefusal(post(SEARCH + "/bob", "{\"key\": \"alice\", \"tokens\": 20}"), "key", "path");
			expectRefusal(post(SEARCH + "/bob?key=alice", "{\"tokens\": 20}"), "key", "path");
			expectRefusal(post(SEARCH + "/bob", "{\"limit\": \"rating\", \"tokens\": 20}"), "limit", "path");
			assertThat(this.gateway.audited).isEmpty();
		}

		@ParameterizedTest
		@CsvSource({ "?capacity=77, capacity", "?mode=shadow&mode=enforce, mode" })
		void aFieldIsSentOnce(String query, String field) {
			expectRefusal(post(LIMIT + query, "{\"capacity\": 77}"), field, "once");
			assertThat(capacity("rating")).isEqualTo(10);
		}

		private WebTestClient.ResponseSpec post(String path, String body) {
			return this.client.post().uri(path).contentType(MediaType.APPLICATION_JSON).bodyValue(body).exchange();
		}

		private void expectRefusal(WebTestClient.ResponseSpec answer, String field, String detail) {
			answer.expectStatus()
				.isBadRequest()
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo(field)
				.jsonPath("$.detail")
				.value((said) -> assertThat(said.toString()).contains(detail));
		}

		private long capacity(String limit) {
			return MicroTokens.toWholeTokens(this.limiter.policy(limit).limit().capacity());
		}

	}

	@Nested
	@TestPropertySource(properties = { "management.endpoint.tokenbuckets.access=unrestricted",
			"management.server.port=0", "management.endpoints.web.base-path=/" })
	class OnAPortOfItsOwn extends OnGateway {

		@Test
		void theSameIsRefused(@LocalManagementPort int port) {
			WebTestClient.bindToServer()
				.baseUrl("http://127.0.0.1:" + port)
				.build()
				.post()
				.uri("/tokenbuckets/rating")
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue("{\"limit\": \"search\", \"capacity\": 77}")
				.exchange()
				.expectStatus()
				.isBadRequest()
				.expectHeader()
				.contentType(MediaType.APPLICATION_PROBLEM_JSON)
				.expectBody()
				.jsonPath("$.field")
				.isEqualTo("limit");
		}

	}

}
