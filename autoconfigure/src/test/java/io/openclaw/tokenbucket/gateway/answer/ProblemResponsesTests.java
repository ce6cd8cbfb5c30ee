package io.openclaw.tokenbucket.gateway.answer;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.reactive.HandlerMapping;

import io.openclaw.tokenbucket.limiter.decision.Decision;
import io.openclaw.tokenbucket.limiter.decision.Reason;
import io.openclaw.tokenbucket.limiter.membership.FleetState;

import static org.assertj.core.api.Assertions.assertThat;

class ProblemResponsesTests {

	private static final String TYPES = "https://iana.org/assignments/http-problem-types#";

	private final MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

	private final MockServerHttpResponse response = this.exchange.getResponse();

	private final ProblemResponses problems = new ProblemResponses(new NegotiatingProblemWriter());

	@Test
	void anExhaustedLimitIsAQuotaExceeded() {
		Map<String, Object> body = reject(FleetState.HEALTHY,
				Decisions.rejected("rating", Reason.EXHAUSTED, Duration.ofMillis(2100)));
		assertThat(this.response.getStatusCode()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
		assertThat(this.response.getHeaders().getFirst("Retry-After")).isEqualTo("3");
		assertThat(this.response.getHeaders().getFirst("Cache-Control")).isEqualTo("no-store");
		assertThat(this.response.getHeaders().getFirst("Content-Type")).isEqualTo("application/problem+json");
		assertThat(body).containsEntry("type", TYPES + "quota-exceeded")
			.containsEntry("status", 429)
			.containsEntry("violated-policies", List.of("rating"))
			.containsEntry("error", "The request exceeds the limit 'rating'. Try again in 3 seconds.")
			.containsKey("title");
	}

	@Test
	void theLongestDelayOfAllViolatedLimitsCounts() {
		Map<String, Object> body = reject(FleetState.HEALTHY,
				Decisions.rejected("a", Reason.EXHAUSTED, Duration.ofSeconds(2)),
				Decisions.rejected("b", Reason.OTHER_LIMIT, Duration.ZERO),
				Decisions.rejected("c", Reason.EXHAUSTED, Duration.ofSeconds(7)));
		assertThat(this.response.getHeaders().getFirst("Retry-After")).isEqualTo("7");
		assertThat(body).containsEntry("violated-policies", List.of("a", "c"))
			.containsEntry("error", "The request exceeds the limits 'a' and 'c'. Try again in 7 seconds.");
	}

	@Test
	void aCallerIsNeverAskedToTryAgainAtOnce() {
		Map<String, Object> body = reject(FleetState.HEALTHY,
				Decisions.rejected("rating", Reason.UNACKNOWLEDGED, Duration.ZERO));
		assertThat(this.response.getHeaders().getFirst("Retry-After")).isEqualTo("1");
		assertThat(body).containsEntry("error", "The request exceeds the limit 'rating'. Try again in 1 second.");
	}

	@ParameterizedTest
	@EnumSource(names = { "DEGRADED", "ISOLATED" })
	void aGatewayThatCannotHearOthersHasReducedCapacity(FleetState state) {
		Map<String, Object> body = reject(state, Decisions.rejected("rating", Reason.EXHAUSTED, Duration.ofSeconds(1)));
		assertThat(body).containsEntry("type", TYPES + "temporary-reduced-capacity").containsEntry("status", 429);
	}

	@Test
	void aGatewayThatWasReplacedSaysSoAndPromisesNothing() {
		Map<String, Object> body = reject(FleetState.REPLACED,
				Decisions.rejected("rating", Reason.REDUCED_CAPACITY, Duration.ofSeconds(1000)));
		assertThat(this.response.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(this.response.getHeaders().containsHeader("Retry-After")).isFalse();
		assertThat(body).containsEntry("status", 503)
			.containsEntry("error",
					"Another gateway took the name of this one, which admits nothing until it is started again.");
	}

	@Test
	void tokensThatAreHeldAsideAreReducedCapacity() {
		Map<String, Object> body = reject(FleetState.JOINING,
				Decisions.rejected("rating", Reason.REDUCED_CAPACITY, Long.MAX_VALUE));
		assertThat(body).containsEntry("type", TYPES + "temporary-reduced-capacity")
			.containsEntry("error", "This gateway is joining the others and admits less by the limit 'rating' for now."
					+ " Try again in 10 seconds.");
		assertThat(this.response.getHeaders().getFirst("Retry-After")).isEqualTo("10");
	}

	@Test
	void aLimitInFallbackIsReducedCapacity() {
		Map<String, Object> body = reject(FleetState.HEALTHY,
				Decisions.rejected("rating", Reason.FALLBACK, Duration.ofSeconds(1)));
		assertThat(body).containsEntry("type", TYPES + "temporary-reduced-capacity")
			.containsEntry("error", "The gateways disagree on what was spent and admit less by the limit 'rating'"
					+ " for now. Try again in 1 second.");
	}

	@ParameterizedTest
	@EnumSource(value = HttpStatus.class, names = { "BAD_REQUEST", "CONTENT_TOO_LARGE" })
	void aCostAboveTheCapacityHasNoTimeToTryAgain(HttpStatus status) {
		List<Decision> decisions = List.of(Decisions.rejected("b", Reason.COST_ABOVE_CAPACITY, Long.MAX_VALUE));
		write((status == HttpStatus.BAD_REQUEST) ? this.problems.costAboveCapacity(this.exchange, decisions)
				: this.problems.bodyTooLarge(this.exchange, decisions, 1000));
		assertThat(this.response.getStatusCode()).isEqualTo(status);
		assertThat(this.response.getHeaders().containsHeader("Retry-After")).isFalse();
		assertThat(body()).containsEntry("violated-policies", List.of("b"))
			.containsEntry("title", status.getReasonPhrase());
	}

	@Test
	void aGatewayThatTheOthersRefusePromisesNoTime() {
		Map<String, Object> body = reject(FleetState.REFUSED,
				Decisions.rejected("rating", Reason.REDUCED_CAPACITY, Long.MAX_VALUE));
		assertThat(this.response.getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(this.response.getHeaders().containsHeader("Retry-After")).isFalse();
		assertThat((String) body.get("error")).startsWith("The other gateways do not accept this one");
	}

	@Test
	void textIsEscapedInTheBody() {
		write(this.problems.missingKey(this.exchange, List.of("a\"b"), List.of("the \\header\n"), true));
		assertThat(body()).containsEntry("error",
				"The request lacks the \\header\n, by which the limit 'a\"b' counts.");
	}

	private Map<String, Object> reject(FleetState state, Decision... decisions) {
		write(this.problems.rejected(this.exchange, List.of(decisions), state));
		return body();
	}

	@Test
	void aSlowUpstreamIsAReducedCapacityThatNoLimitIsToBlameFor() {
		write(this.problems.slowUpstream(this.exchange, Duration.ofMillis(4001)));
		assertThat(this.response.getStatusCode()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
		assertThat(this.response.getHeaders().getFirst("Retry-After")).isEqualTo("5");
		assertThat(body()).containsEntry("type", TYPES + "temporary-reduced-capacity")
			.doesNotContainKey("violated-policies");
	}

	@Test
	void theResponseIsNotCommittedBeforeItIsWritten() {
		this.problems.slowUpstream(this.exchange, Duration.ZERO).block();
		assertThat(this.response.getStatusCode()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
		assertThat(this.response.isCommitted()).isFalse();
	}

	@Test
	void aRetractedAnswerIsNotWritten() {
		Mono<Void> answered = this.problems.slowUpstream(this.exchange, Duration.ZERO);
		this.problems.retract(this.exchange);
		write(answered);
		assertThat(this.response.getStatusCode()).isNull();
		assertThat(this.response.isCommitted()).isFalse();
	}

	@Test
	void anAnswerIsNotWrittenOverThatOfAFilterWhichFellBack() {
		Mono<Void> answered = this.problems.slowUpstream(this.exchange, Duration.ZERO);
		this.response.setStatusCode(HttpStatus.OK);
		this.exchange.getAttributes().put(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE, "fallback");
		write(answered);
		assertThat(this.response.getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(this.response.getHeaders().containsHeader("Retry-After")).isFalse();
	}

	private void write(Mono<Void> answered) {
		answered.then(Mono.defer(() -> this.problems.write(this.exchange))).block();
	}

	private Map<String, Object> body() {
		return JsonParserFactory.getJsonParser().parseMap(this.response.getBodyAsString().block());
	}

}
