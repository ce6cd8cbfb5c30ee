package io.openclaw.sample.chaos.load;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.openclaw.sample.chaos.load.Stream.Kind;

import static org.assertj.core.api.Assertions.assertThat;

class WindowTests {

	private final Window window = new Window();

	@Test
	void errorsOfOneKindAreOneLineWithTheirNumber() {
		fail("d: request timed out");
		fail("d: 503");
		fail("d: request timed out");
		assertThat(this.window.kindsOfErrors()).containsExactly("2 × d: request timed out", "1 × d: 503");
		assertThat(this.window).asString().contains("3 errors [2 × d: request timed out, 1 × d: 503];");
	}

	@Test
	void errorsOfManyKindsAreNotAllListed() {
		IntStream.range(0, 100).forEach((i) -> fail("d: error " + i % 50));
		assertThat(this.window.kindsOfErrors()).hasSize(10).allMatch((kind) -> kind.startsWith("2 × "));
		assertThat(this.window.errors()).isEqualTo(100);
	}

	@Test
	void percentilesAreOfAllMembersButThoseExcepted() {
		IntStream.rangeClosed(1, 100).forEach((millis) -> this.window.answered("a", Kind.ADMITTED, millis));
		this.window.answered("d", Kind.ADMITTED, 9999);
		assertThat(this.window.percentile(99, List.of("d"))).isEqualTo(99);
		assertThat(this.window.percentile(100)).isEqualTo(9999);
		assertThat(this.window.mean(List.of("d"))).isEqualTo(50.5);
	}

	private void fail(String description) {
		this.window.answered("d", Kind.ERROR, 1);
		this.window.error(description);
	}

}
