package io.openclaw.tokenbucket.gateway.key;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
