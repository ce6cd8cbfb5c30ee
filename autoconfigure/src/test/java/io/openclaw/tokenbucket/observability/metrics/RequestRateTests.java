package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestRateTests {

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	private final AtomicLong requests = new AtomicLong(40);

	private final RequestRate rate = new RequestRate(this.requests::get, this.now::get);

	@Test
	void isZeroBeforeTimePasses() {
		this.requests.addAndGet(10);
		assertThat(this.rate.perSecond()).isZero();
	}

	@Test
	void measuresSinceItsCreationAtFirst() {
		serve(300, Duration.ofSeconds(3));
		assertThat(this.rate.perSecond()).isEqualTo(100);
	}

	@Test
	void measuresSinceTheLastReadingWhenReadingsAreFarApart() {
		serve(300, Duration.ofSeconds(15));
		assertThat(this.rate.perSecond()).isEqualTo(20);
		serve(3000, Duration.ofSeconds(15));
		assertThat(this.rate.perSecond()).isEqualTo(200);
		serve(0, Duration.ofSeconds(15));
		assertThat(this.rate.perSecond()).isZero();
	}

	@Test
	void readingOftenDoesNotShortenTheWindow() {
		for (int i = 0; i < 200; i++) {
			serve((i % 2 == 0) ? 100 : 0, Duration.ofMillis(100));
			this.rate.perSecond();
		}
		assertThat(this.rate.perSecond()).isBetween(490.0, 510.0);
	}

	@Test
	void aSecondReaderSeesTheRateToo() {
		serve(0, Duration.ofSeconds(15));
		this.rate.perSecond();
		serve(1500, Duration.ofSeconds(15));
		this.rate.perSecond();
		assertThat(this.rate.perSecond()).isEqualTo(100);
	}

	private void serve(long count, Duration during) {
		this.requests.addAndGet(count);
		this.now.addAndGet(during.toNanos());
	}

}
