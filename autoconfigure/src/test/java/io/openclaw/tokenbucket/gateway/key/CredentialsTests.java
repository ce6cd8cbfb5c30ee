package io.openclaw.tokenbucket.gateway.key;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CredentialsTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
			Bearer s                          | bearer s
			bEARER     s                      | bearer s
			Basic dXNlcjpwYXNz                | basic dXNlcjpwYXNz
			Basic dXNlcjpwYXM=                | basic dXNlcjpwYXM=
			Basic dXNlcjpwYXM                 | basic dXNlcjpwYXM=
			Basic dXNlcjpwYXN=                | basic dXNlcjpwYXM=
			Bearer a.b.AAAA                   | bearer a.b.AAAA
			Bearer a.b.AA                     | bearer a.b.AA
			Bearer a.b.AB                     | bearer a.b.AA
			Bearer a.b.AA==                   | bearer a.b.AA
			Bearer a.b.A~A~~                  | bearer a.b.AA
			Bearer a.b.+/+/                   | bearer a.b.-_-_
			Bearer a.b.AAAAA                  | bearer a.b.AAAA
			DPoP a.b.~                        | dpop a.b.
			ApiKey key=abc                    | apikey key="abc"
			ApiKey  KEY = "abc"               | apikey key="abc"
			ApiKey b=2,a=1                    | apikey a="1", b="2"
			ApiKey a="1" ,, b="\\2"           | apikey a="1", b="2"
			ApiKey a="1, b=2"                 | apikey a="1, b=2"
			ApiKey a="\\"", b=""              | apikey a="\\"", b=""
			AWS4-HMAC-SHA256 Credential=a/b/c | aws4-hmac-sha256 credential="a/b/c"
			Odd a:b c                         | odd a:b c
			""")
	void credentialsHaveOneSpelling(String sent, String canonical) {
		assertThat(Credentials.canonical(sent)).isEqualTo(canonical);
		assertThat(Credentials.canonical(canonical)).isEqualTo(canonical);
	}

	@ParameterizedTest
	@ValueSource(strings = { "s3cret", "S3cret", "Bearer", "Q2FzZTpzZW5zaXRpdmU=", "a:b" })
	void aKeyWithoutASchemeIsAsItIs(String key) {
		assertThat(Credentials.canonical(key)).isEqualTo(key);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a,b", "a, b", "Bearer a,b", "Bearer a, Bearer b", "Basic YTpi, Bearer b", ",a", "a,",
			"ApiKey a=1, a=2", "ApiKey a=1, A=2", "ApiKey a=\"1, b=2" })
	void whatMayBeSeveralCredentialsIsNone(String sent) {
		assertThat(Credentials.canonical(sent)).isNull();
	}

	@Test
	void differentTokensStayDifferent() {
		assertThat(Credentials.canonical("Bearer S")).isNotEqualTo(Credentials.canonical("Bearer s"));
		assertThat(Credentials.canonical("Bearer a.b.AA")).isNotEqualTo(Credentials.canonical("Bearer a.b.BA"));
		assertThat(Credentials.canonical("Bearer a~")).isNotEqualTo(Credentials.canonical("Bearer a"));
		assertThat(Credentials.canonical("Basic YTpi")).isNotEqualTo(Credentials.canonical("Bearer YTpi"));
	}

	@Test
	void nothingThatACallerSendsFails() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		String alphabet = "aB=,\"\\ \t.~/+-_\u00e4";
		for (int i = 0; i < 20_000; i++) {
			StringBuilder text = new StringBuilder("Bearer ".substring(random.nextInt(8)));
			for (int length = random.nextInt(20); length > 0; length--) {
				text.append(alphabet.charAt(random.nextInt(alphabet.length())));
			}
			String canonical = Credentials.canonical(text.toString());
			if (canonical != null) {
				assertThat(Credentials.canonical(canonical)).as("seed %d: <%s>", seed, text).isEqualTo(canonical);
			}
		}
		assertThat(Credentials.canonical("Bearer " + "a=\"\\b".repeat(5_000))).isNotBlank();
		assertThat(Credentials.canonical("Bearer a=\"" + "\\b".repeat(50_000) + '"')).isNotBlank();
	}

}
