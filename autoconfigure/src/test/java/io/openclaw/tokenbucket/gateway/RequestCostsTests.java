package io.openclaw.tokenbucket.gateway;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class RequestCostsTests {

	private final ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

	private final RequestCosts costs = new RequestCosts(Map.of("seven", (request) -> Mono.just(7L), "negative",
			(request) -> Mono.just(-1L), "silent", (request) -> Mono.empty()));

	@Test
	void aNumberIsTheSameForEveryRequest() {
		assertThat(this.costs.parse(" 3 ", 10).of(this.exchange).block()).isEqualTo(3);
	}

	@Test
	void aBeanIsAskedForEveryRequest() {
		assertThat(this.costs.parse("seven", 10).of(this.exchange).block()).isEqualTo(7);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "11", "99999999999999999999" })
	void aNumberOutsideOfTheBucketIsRefused(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.costs.parse(text, 10))
			.withMessageContainingAll("at least 1", "10");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1.5", "cheap", "payload-size:1KB" })
	void whatIsNeitherANumberNorABeanIsRefusedWithWhatThereIs(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.costs.parse(text, 10))
			.withMessageContainingAll("whole number", "RequestCost bean", "seven");
	}

	@ParameterizedTest
	@ValueSource(strings = { "negative", "silent" })
	void aBeanThatAnswersNoCostFailsTheRequestUnderItsName(String bean) {
		assertThatIllegalStateException().isThrownBy(() -> this.costs.parse(bean, 10).of(this.exchange).block())
			.withMessageContaining(bean);
	}

}
