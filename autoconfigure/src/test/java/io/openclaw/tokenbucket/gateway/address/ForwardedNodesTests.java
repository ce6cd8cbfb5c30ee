package io.openclaw.tokenbucket.gateway.address;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ForwardedNodesTests {

	@Test
	void readsTheElementsOfAllLinesFromTheEnd() {
		assertThat(ForwardedNodes.ofForwarded(List.of("for=192.0.2.1;proto=http, For=\"[2001:db8::2]:4711\"",
				"host=example.org; FOR=192.0.2.3 ;by=203.0.113.60")))
			.containsExactly("192.0.2.3", "[2001:db8::2]:4711", "192.0.2.1");
		assertThat(ForwardedNodes.ofXForwardedFor(List.of("192.0.2.1, 192.0.2.2", "192.0.2.3:80")))
			.containsExactly("192.0.2.3:80", "192.0.2.2", "192.0.2.1");
	}

	@Test
	void emptyElementsAreNone() {
		assertThat(ForwardedNodes.ofForwarded(List.of(" , for=192.0.2.1,,", ""))).containsExactly("192.0.2.1");
		assertThat(ForwardedNodes.ofXForwardedFor(List.of(" , 192.0.2.1,,", ""))).containsExactly("192.0.2.1");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			proto=https
			for=192.0.2.1;for=192.0.2.2
			forty=192.0.2.1
			""")
	void anElementWithoutOneNodeNamesNobody(String element) {
		assertThat(ForwardedNodes.ofForwarded(List.of(element))).containsExactly(ForwardedNodes.UNKNOWN);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			for="192.0.2.66, for=192.0.2.3
			for=", for="192.0.2.3"
			""" + "for=\\\", for=192.0.2.3\nfor=\"a\\\", for=192.0.2.3\n")
	void nothingThatACallerWritesSpoilsWhatAProxyAppends(String line) {
		assertThat(ForwardedNodes.ofForwarded(List.of(line))).first().isEqualTo("192.0.2.3");
	}

	@Test
	void quotedParametersOfTheSameElementAreNoElements() {
		assertThat(ForwardedNodes.ofForwarded(
				List.of("for=192.0.2.1;host=\"a, for=192.0.2.66;for=192.0.2.67\", for=192.0.2.2;host=\"\\\", for=x\"")))
			.containsExactly("192.0.2.2", "192.0.2.1");
	}

}
