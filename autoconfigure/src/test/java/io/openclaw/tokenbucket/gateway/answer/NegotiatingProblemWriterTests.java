package io.openclaw.tokenbucket.gateway.answer;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

class NegotiatingProblemWriterTests {

	private static final Problem PROBLEM = Problem.quotaExceeded(List.of("<a>"), "The request exceeds '<a>'.", 1);

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			*/*                                        | application/problem+json
			application/*                              | application/problem+json
			application/json                           | application/json
			application/json, application/problem+json | application/json
			text/html, */*;q=0.8                       | text/html;charset=UTF-8
			text/plain                                 | text/plain;charset=UTF-8
			text/html;q=0.5, application/problem+json  | application/problem+json
			image/png                                  | application/problem+json
			not a media type                           | application/problem+json
			""")
	void theCallerGetsTheFormThatItLikesBest(String accept, String contentType) {
		assertThat(write(accept).getResponse().getHeaders().getFirst("Content-Type")).isEqualTo(contentType);
	}

	@Test
	void aCallerThatAcceptsAnythingGetsAProblem() {
		MockServerWebExchange exchange = write(null);
		assertThat(exchange.getResponse().getHeaders().getFirst("Content-Type")).isEqualTo("application/problem+json");
		assertThat(exchange.getResponse().getHeaders().getFirst("Vary")).isEqualTo("Accept");
	}

	@Test
	void aPageShowsTextAndNotMarkup() {
		assertThat(write("text/html").getResponse().getBodyAsString().block()).contains("429 Too Many Requests")
			.contains("The request exceeds &#39;&lt;a&gt;&#39;.");
	}

	@Test
	void textIsOneSentence() {
		assertThat(write("text/plain").getResponse().getBodyAsString().block())
			.isEqualTo("The request exceeds '<a>'.\n");
	}

	private static MockServerWebExchange write(String accept) {
		MockServerHttpRequest.BaseBuilder<?> request = MockServerHttpRequest.get("/");
		if (accept != null) {
			request.header("Accept", accept);
		}
		MockServerWebExchange exchange = MockServerWebExchange.from(request);
		exchange.getResponse().setStatusCode(HttpStatus.TOO_MANY_REQUESTS);
		new NegotiatingProblemWriter().write(exchange, PROBLEM).block();
		return exchange;
	}

}
