package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LowestLevelTests {

	private static final long FULL = 100;

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	private final AtomicLong lowestSinceDrained = new AtomicLong(FULL);

	private final LowestLevel lowest = new LowestLevel(() -> this.lowestSinceDrained.getAndSet(FULL), this.now::get);

	@Test
	void readsTheLowestSinceTheLastReading() {
		this.lowestSinceDrained.set(7);
		assertThat(this.lowest.read()).isEqualTo(7);
	}

	@Test
	void everyReaderOfTheSameScrapeSeesTheSameLow() {
		this.lowestSinceDrained.set(7);
		assertThat(this.lowest.read()).isEqualTo(7);
		assertThat(this.lowest.read()).isEqualTo(7);
	}

	@Test
	void aReaderSeesTheLowThatAnotherReadAMomentAgo() {
		this.lowestSinceDrained.set(7);
		this.lowest.read();
		elapse(LowestLevel.WINDOW.minusNanos(1));
		this.lowestSinceDrained.set(50);
		assertThat(this.lowest.read()).isEqualTo(7);
	}

	@Test
	void forgetsALowAfterTheWindow() {
		this.lowestSinceDrained.set(7);
		this.lowest.read();
		elapse(LowestLevel.WINDOW);
		this.lowestSinceDrained.set(50);
		assertThat(this.lowest.read()).isEqualTo(50);
	}

	@Test
	void keepsALaterLowWhenAnEarlierOneIsForgotten() {
		this.lowestSinceDrained.set(7);
		this.lowest.read();
		elapse(Duration.ofSeconds(10));
		this.lowestSinceDrained.set(20);
		assertThat(this.lowest.read()).isEqualTo(7);
		elapse(Duration.ofSeconds(5));
		assertThat(this.lowest.read()).isEqualTo(20);
	}

	@Test
	void showsALevelBelowZero() {
		this.lowestSinceDrained.set(-3);
		assertThat(this.lowest.read()).isEqualTo(-3);
	}

	private void elapse(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

}
