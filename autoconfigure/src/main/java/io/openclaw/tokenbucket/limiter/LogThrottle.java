package io.openclaw.tokenbucket.limiter;

import java.time.Duration;
import java.util.function.LongConsumer;

/**
 * Lets one of many like events through a minute, with the number of all. Thread-safe.
 */
public final class LogThrottle {

	/** What passes is so far apart. */
	public static final Duration INTERVAL = Duration.ofMinutes(1);

	private final NanoClock clock;

	private long passedAt;

	private long count;

	/**
	 * Creates a throttle that lets the first event through.
	 * @param clock the current time
	 */
	public LogThrottle(NanoClock clock) {
		this.clock = clock;
		this.passedAt = clock.nanoTime() - INTERVAL.toNanos();
	}

	/**
	 * Counts an event.
	 * @param action receives the number of events since it was called last, unless that
	 * was within the interval
	 */
	public void pass(LongConsumer action) {
		long passed = countAndTake();
		if (passed > 0) {
			action.accept(passed);
		}
	}

	private synchronized long countAndTake() {
		long now = this.clock.nanoTime();
		this.count++;
		if (now - this.passedAt < INTERVAL.toNanos()) {
			return 0;
		}
		long taken = this.count;
		this.count = 0;
		this.passedAt = now;
		return taken;
	}

}
