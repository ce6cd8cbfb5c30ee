package io.openclaw.tokenbucket.gateway.answer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StructuredFieldsTests {

	@Test
	void quotesAndBackslashesAreEscaped() {
		assertThat(StructuredFields.string("a\"b\\c")).isEqualTo("\"a\\\"b\\\\c\"");
	}

	@Test
	void whatAStringCannotCarryDoesNotBreakTheHeader() {
		assertThat(StructuredFields.string("gr\u00f6\u00dfe\r\nX: y\u007f")).isEqualTo("\"gr??e??X: y?\"");
	}

	@Test
	void integersStayWithinFifteenDigits() {
		assertThat(StructuredFields.integer(Long.MAX_VALUE)).isEqualTo("999999999999999");
		assertThat(StructuredFields.integer(-1)).isEqualTo("0");
	}

}
