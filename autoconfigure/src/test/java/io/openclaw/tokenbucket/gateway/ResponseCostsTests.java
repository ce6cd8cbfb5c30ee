package io.openclaw.tokenbucket.gateway;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import tools.jackson.core.JsonPointer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ResponseCosts}.
 */
class ResponseCostsTests {

	private final ResponseCosts costs = new ResponseCosts(Map.of("actual", (exchange) -> Mono.just(7L)));

	@Test
	void eachWayToSettleIsRead() {
		assertThat(rule(" header: X-Tokens-Used ")).isEqualTo(new SettlementRule.Header("X-Tokens-Used"));
		assertThat(rule("json:/usage/total_tokens"))
			.isEqualTo(new SettlementRule.Json(JsonPointer.compile("/usage/total_tokens")));
		assertThat(rule("response-size:1KB")).isEqualTo(new SettlementRule.ResponseSize(1024));
		assertThat(rule("duration:1s")).isEqualTo(new SettlementRule.Time(1_000_000_000));
		assertThat(rule("actual")).isInstanceOf(SettlementRule.Bean.class);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			cheap               | there are: actual
			''                  | there are: actual
			header:             | header:X-Tokens-Used
			header:a b          | header:X-Tokens-Used
			json:usage          | json:/usage/total_tokens
			json:               | json:/usage/total_tokens
			response-size:0KB   | response-size:1KB
			response-size:      | response-size:1KB
			response-size:99999999999TB | response-size:1KB
			duration:0s         | duration:1s
			duration:-1s        | duration:1s
			duration:soon       | duration:1s
			duration:999999999999999999d | duration:1s
			""")
	void whatIsNoneIsRefusedWithWhatItShouldBe(String text, String mend) {
		assertThatIllegalArgumentException().isThrownBy(() -> rule(text)).withMessageContaining(mend);
	}

	@Test
	void aRequestMayCostAsMuchAgainUnlessAnOverdraftIsSet() {
		assertThat(this.costs.parse("actual", ErrorSettlement.KEEP, null).overdraftOf(500)).isEqualTo(500);
		assertThat(this.costs.parse("actual", ErrorSettlement.KEEP, 0L).overdraftOf(500)).isZero();
	}

	private SettlementRule rule(String text) {
		return this.costs.parse(text, ErrorSettlement.KEEP, null).rule();
	}

}
