package io.openclaw.tokenbucket.redis;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delays between attempts: doubling from the first to the longest. Each is shortened by
 * up to a half at random, so that a fleet does not come back all at once. Thread-safe.
 */
final class Backoff {

	private final Duration first;

	private final Duration longest;

	private final AtomicInteger attempts = new AtomicInteger();

	Backoff(Duration first, Duration longest) {
		this.first = first;
		this.longest = longest;
	}

	/**
	 * The delay before the next attempt.
	 * @return between half the first and the longest
	 */
	Duration next() {
		int doublings = this.attempts.getAndUpdate((attempt) -> Math.min(attempt + 1, 16));
		Duration delay = this.first.multipliedBy(1L << doublings);
		long nanos = ((delay.compareTo(this.longest) < 0) ? delay : this.longest).toNanos();
		return Duration.ofNanos(ThreadLocalRandom.current().nextLong(nanos / 2, nanos + 1));
	}

	/**
	 * Starts over with the first delay.
	 */
	void reset() {
		this.attempts.set(0);
	}

}
