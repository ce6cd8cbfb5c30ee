package io.openclaw.tokenbucket.gateway;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TokenBucketGatewayFilterFactoryTests {

	@Test
	void namesComeOneByOneOrSeparatedByCommas() {
		assertThat(TokenBucketGatewayFilterFactory.namesIn(List.of("a", " b", "c , d"))).containsExactly("a", "b", "c",
				"d");
	}

	@Test
	void aFilterNeedsALimit() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> TokenBucketGatewayFilterFactory.namesIn(List.of(" ", ",")))
			.withMessageContaining("no limit");
	}

	@Test
	void aLimitIsNamedOnce() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> TokenBucketGatewayFilterFactory.namesIn(List.of("a", "b", "a")))
			.withMessageContaining("a,b,a");
	}

}
