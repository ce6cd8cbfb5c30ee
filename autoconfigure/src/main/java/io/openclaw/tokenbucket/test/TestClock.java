package io.openclaw.tokenbucket.test;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * The clock that buckets refill by in a test. It stands still until it is moved.
 * Timeouts, circuits and logs go by the clock of the machine. Thread-safe.
 */
public final class TestClock implements NanoClock {

	private final AtomicLong now = new AtomicLong();

	/**
	 * Lets time pass at once.
	 * @param duration how long, not negative
	 * @throws IllegalArgumentException if it is negative
	 */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("time does not go back: " + duration);
		}
		this.now.addAndGet(duration.toNanos());
	}

	@Override
	public long nanoTime() {
		return this.now.get();
	}

}
