package io.openclaw.tokenbucket.gateway;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RequestCostsTests {

	private final ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));

	private final RequestCosts costs = new RequestCosts(Map.of("seven", (request) -> Mono.just(7L), "negative",
			(request) -> Mono.just(-1L), "silent", (request) -> Mono.empty(), "failing",
			(request) -> Mono.error(new IllegalStateException("down")), "throwing", (request) -> {
				throw new IllegalStateException("broken");
			}));

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
	@ValueSource(strings = { "", "1.5", "cheap", "payload:1KB" })
	void whatIsNeitherANumberNorABeanIsRefusedWithWhatThereIs(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.costs.parse(text, 10))
			.withMessageContainingAll("whole number", "RequestCost bean", "seven");
	}

	@ParameterizedTest
	@ValueSource(strings = { "negative", "silent", "failing", "throwing" })
	void aRequestForWhichABeanHasNoCostCostsOneToken(String bean) {
		assertThat(this.costs.parse(bean, 10).of(this.exchange).block()).isOne();
	}

	@ParameterizedTest
	@CsvSource({ "1KB, 0, 1", "1KB, 1, 1", "1KB, 1024, 1", "1KB, 1025, 2", "1KB, 10240, 10", "100, 1001, 11",
			"1B, 9223372036854775807, 9223372036854775807", "1TB, 9223372036854775807, 8388608" })
	void aTokenIsPaidForEachStartedUnitOfTheBody(String unit, long bytes, long tokens) {
		ServerWebExchange announced = MockServerWebExchange.from(MockServerHttpRequest.post("/").contentLength(bytes));
		assertThat(this.costs.parse("payload-size:" + unit, 10).of(announced).block()).isEqualTo(tokens);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "lots", "0B", "-1KB", "1.5KB", "9999999999TB" })
	void aSizeThatIsNoneIsRefused(String size) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.costs.parse("payload-size:" + size, 10))
			.withMessageContaining("payload-size:1KB");
	}

}
