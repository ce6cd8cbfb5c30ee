package io.openclaw.tokenbucket.gateway;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import io.openclaw.tokenbucket.gateway.key.KeyIds;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that pay by their size: 200 tokens, each for a started kilobyte.
 */
@SpringBootTest(classes = LimitsHttpTests.Gateway.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@TestPropertySource(properties = "spring.config.name=gateway-limits")
class PayloadSizeHttpTests extends GatewayOverHttp {

	private static final int KB = 1024;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aTokenIsPaidForEachStartedKilobyteWhetherOrNotTheLengthIsAnnounced(boolean announced) {
		long before = upstream.received();
		send(10 * KB + 1, announced).expectStatus()
			.isOk()
			.expectHeader()
			.valueMatches("RateLimit", "\"upload\";r=189;t=0, \"requests\";r=999;t=0");
		assertThat(upstream.received() - before).isEqualTo(10 * KB + 1);
		send(1, announced).expectStatus().isOk();
		assertThat(level()).isEqualTo(188);
	}

	@Test
	void aRequestWithoutABodyCostsOneToken() {
		this.client.post().uri("/upload").header("X-API-Key", this.apiKey).exchange().expectStatus().isOk();
		assertThat(level()).isEqualTo(199);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRequestThatIsRejectedConsumesNothingAndIsNotForwarded(boolean announced) {
		send(190 * KB, true).expectStatus().isOk();
		int before = upstream.requests();
		send(11 * KB, announced).expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.exists("Retry-After")
			.expectBody()
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("upload");
		assertThat(level()).isEqualTo(10);
		assertThat(this.limiter.peek("requests", id()).consumedHere()).isEqualTo(1_000_000);
		assertThat(upstream.requests()).isEqualTo(before);
		send(10 * KB, announced).expectStatus().isOk();
	}

	@Test
	void aRequestLargerThanABucketIsTooLargeAndConsumesNothing() {
		send(200 * KB + 1, true).expectStatus()
			.isEqualTo(413)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectHeader()
			.doesNotExist("Retry-After")
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(413)
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("upload");
		assertThat(level()).isEqualTo(200);
	}

	@Test
	void aLongStreamPaysAsItArrives() {
		long before = upstream.received();
		send(150 * KB, false).expectStatus().isOk();
		assertThat(upstream.received() - before).isEqualTo(150 * KB);
		assertThat(level()).isEqualTo(50);
	}

	@Test
	void aLongStreamIsCutWhenTheBucketIsEmptyAndStaysPaidAsFarAsItPassed() {
		send(100 * KB, true).expectStatus().isOk();
		long before = upstream.received();
		send(150 * KB, false).expectStatus()
			.isEqualTo(429)
			.expectHeader()
			.exists("Retry-After")
			.expectBody()
			.jsonPath("$.violated-policies[0]")
			.isEqualTo("upload");
		long passed = upstream.received() - before;
		assertThat(passed).isLessThanOrEqualTo(100 * KB);
		assertThat(100 - level()).isGreaterThanOrEqualTo(64).isLessThanOrEqualTo(100);
	}

	@Test
	void aStreamThatOutgrowsTheBucketIsTooLarge() {
		send(300 * KB, false).expectStatus().isEqualTo(413);
	}

	private WebTestClient.ResponseSpec send(int bytes, boolean announced) {
		WebTestClient.RequestBodySpec request = this.client.post().uri("/upload").header("X-API-Key", this.apiKey);
		if (announced) {
			return request.bodyValue(new byte[bytes]).exchange();
		}
		int piece = 8 * KB;
		Flux<String> pieces = Flux.range(0, (bytes + piece - 1) / piece)
			.map((i) -> "x".repeat(Math.min(piece, bytes - i * piece)));
		return request.contentType(MediaType.TEXT_PLAIN).body(pieces, String.class).exchange();
	}

	private long level() {
		return Math.round(this.limiter.peek("upload", id()).level() / 1e6);
	}

	private String id() {
		return new KeyIds(null).id(this.apiKey);
	}

}
