package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * The rate at which a count grows, measured between readings, so that counting costs
 * requests nothing. The reading compared with is the newest that is at least
 * {@link #WINDOW} old, whoever took it: readers do not disturb each other. Thread-safe.
 */
final class RequestRate {

	/** The least time over which a rate is measured once that long has passed. */
	static final Duration WINDOW = Duration.ofSeconds(10);

	private static final long SPACING_NANOS = Duration.ofSeconds(1).toNanos();

	private final LongSupplier count;

	private final NanoClock clock;

	private final Deque<Reading> readings = new ArrayDeque<>();

	/**
	 * Creates the reader and takes the first reading.
	 * @param count a count that only grows
	 * @param clock measures the time between readings
	 */
	RequestRate(LongSupplier count, NanoClock clock) {
		this.count = count;
		this.clock = clock;
		this.readings.add(new Reading(clock.nanoTime(), count.getAsLong()));
	}

	/**
	 * Reads.
	 * @return how much the count grew per second
	 */
	synchronized double perSecond() {
		Reading now = new Reading(this.clock.nanoTime(), this.count.getAsLong());
		dropAllButNewestOutsideWindow(now);
		double rate = now.perSecondSince(this.readings.getFirst());
		if (now.nanos() - this.readings.getLast().nanos() >= SPACING_NANOS) {
			this.readings.addLast(now);
		}
		return rate;
	}

	private void dropAllButNewestOutsideWindow(Reading now) {
		Reading baseline = this.readings.removeFirst();
		while (!this.readings.isEmpty() && now.nanos() - this.readings.getFirst().nanos() >= WINDOW.toNanos()) {
			baseline = this.readings.removeFirst();
		}
		this.readings.addFirst(baseline);
	}

	private record Reading(long nanos, long count) {

		double perSecondSince(Reading earlier) {
			long elapsed = this.nanos - earlier.nanos;
			return (elapsed > 0) ? (this.count - earlier.count) * 1e9 / elapsed : 0;
		}

	}

}
