package io.openclaw.tokenbucket.observability.metrics;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * The lowest level since the last reading, for any number of readers. A reading of the
 * source resets it. So a second registry, a second gauge or a curious operator would hide
 * the low from the next reader: what was read is kept for {@link #WINDOW} and counts for
 * every reading in that time. Thread-safe.
 */
final class LowestLevel {

	/** How long a low stays visible: as long as scrapes are usually apart. */
	static final Duration WINDOW = Duration.ofSeconds(15);

	private final LongSupplier source;

	private final NanoClock clock;

	private final Deque<Reading> readings = new ArrayDeque<>();

	/**
	 * Creates the reader.
	 * @param source the lowest micro-tokens since it was asked last
	 * @param clock measures how old a reading is
	 */
	LowestLevel(LongSupplier source, NanoClock clock) {
		this.source = source;
		this.clock = clock;
	}

	/**
	 * Reads.
	 * @return the lowest micro-tokens since the last reading, and of the readings in the
	 * window before
	 */
	synchronized long read() {
		long now = this.clock.nanoTime();
		while (!this.readings.isEmpty() && now - this.readings.peekFirst().nanos() >= WINDOW.toNanos()) {
			this.readings.removeFirst();
		}
		long level = this.source.getAsLong();
		// Higher ones before it can never be the lowest again, which bounds the queue.
		while (!this.readings.isEmpty() && this.readings.peekLast().level() >= level) {
			this.readings.removeLast();
		}
		this.readings.addLast(new Reading(now, level));
		return this.readings.peekFirst().level();
	}

	private record Reading(long nanos, long level) {
	}

}
