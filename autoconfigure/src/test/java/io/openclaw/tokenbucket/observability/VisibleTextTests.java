package io.openclaw.tokenbucket.observability;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class VisibleTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "4711", "user@example.org", "2001:db8::/64", "naïve café", "日本", "a$b\\c", "😀" })
	void leavesPrintableTextAsItIs(String text) {
		assertThat(VisibleText.of(text)).isEqualTo(text);
	}

	@Test
	void escapesControlCharacters() {
		assertThat(VisibleText.of("a\u001b[31m\nb\u0000")).isEqualTo("a\\u001b[31m\\u000ab\\u0000");
	}

	@Test
	void escapesCharactersThatReorderOrHideText() {
		assertThat(VisibleText.of("a\u202eb\u200bc\u2028d\ufeff")).isEqualTo("a\\u202eb\\u200bc\\u2028d\\ufeff");
	}

	@Test
	void escapesLoneSurrogates() {
		assertThat(VisibleText.of("a\ud83d")).isEqualTo("a\\ud83d");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a\u001b[31m\nb", "a\u202eb", "\u0000", "plain $1 \\ text", "\ud83d" })
	void findsTheTextBehindItsEscapes(String text) {
		assertThat(VisibleText.original(VisibleText.of(text))).isEqualTo(text);
	}

	@Test
	void leavesWhatIsNotAnEscape() {
		assertThat(VisibleText.original("\\u12 \\uzzzz \\n")).isEqualTo("\\u12 \\uzzzz \\n");
	}

}
