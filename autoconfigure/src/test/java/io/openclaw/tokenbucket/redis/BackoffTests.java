package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTests {

	private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));

	@Test
	void delaysDoubleUpToTheLongestEachShortenedByUpToAHalf() {
		List<Integer> longest = List.of(100, 200, 400, 800, 1000, 1000, 1000);
		longest.forEach((millis) -> assertThat(this.backoff.next()).isBetween(Duration.ofMillis(millis / 2),
				Duration.ofMillis(millis)));
	}

	@Test
	void neverGivesUpHoweverManyAttempts() {
		IntStream.range(0, 10_000).forEach((attempt) -> this.backoff.next());
		assertThat(this.backoff.next()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
	}

	@Test
	void startsOverWhenReset() {
		IntStream.range(0, 10).forEach((attempt) -> this.backoff.next());
		this.backoff.reset();
		assertThat(this.backoff.next()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
	}

}
