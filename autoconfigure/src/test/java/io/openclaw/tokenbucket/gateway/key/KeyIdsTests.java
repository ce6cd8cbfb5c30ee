package io.openclaw.tokenbucket.gateway.key;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

class KeyIdsTests {

	@Test
	void anIdIsTheFirstHalfOfTheHmac() {
		// printf 4711 | openssl dgst -sha256 -hmac s3cret
		assertThat(new KeyIds("s3cret").id("4711")).isEqualTo("96bd8e394ce449a1cff538403fa5572f");
	}

	@Test
	void withoutASecretTheIdIsTheSameOnEveryGateway() {
		// printf 4711 | openssl dgst -sha256 -hmac io.openclaw.tokenbucket
		assertThat(new KeyIds(null).id("4711")).isEqualTo("e49af76e08fd654b3a8ad1e451569c72");
	}

	@Test
	void anIdIsMadeWithTheCommandOfTheGuide() throws IOException, InterruptedException {
		String guide = Files.readString(Path.of("..", "docs", "limits-and-keys.md"));
		Matcher command = Pattern.compile("(?m)^printf .* \\| openssl .*$").matcher(guide);
		assertThat(command.find()).isTrue();
		ProcessBuilder shell = new ProcessBuilder("sh", "-c", "command -v openssl >&2 || exit 0; " + command.group());
		shell.environment().put("API_KEY", "gr\u00fcn %s 4711");
		shell.environment().put("KEY_SECRET", "s3cret \u00e4 $x");
		Process process = shell.start();
		String id = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
		assertThat(process.waitFor()).isZero();
		assumeFalse(id.isEmpty(), "openssl is not there");
		assertThat(id).isEqualTo(new KeyIds("s3cret \u00e4 $x").id("gr\u00fcn %s 4711"));
	}

	@Test
	void anotherSecretMakesOtherIds() {
		assertThat(new KeyIds("one").id("4711")).isNotEqualTo(new KeyIds("two").id("4711"));
	}

	@Test
	void threadsDoNotDisturbEachOther() {
		KeyIds ids = new KeyIds("s3cret");
		Set<String> parallel = IntStream.range(0, 20_000)
			.parallel()
			.mapToObj((i) -> ids.id("key-" + i % 10))
			.collect(Collectors.toSet());
		Set<String> serial = IntStream.range(0, 10).mapToObj((i) -> ids.id("key-" + i)).collect(Collectors.toSet());
		assertThat(parallel).isEqualTo(serial);
	}

}
