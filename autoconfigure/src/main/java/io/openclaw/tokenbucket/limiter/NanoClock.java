package io.openclaw.tokenbucket.limiter;

/**
 * A monotonic source of elapsed time. Its value is no time of day and means nothing to
 * another process: only differences between two readings of the same clock do.
 */
@FunctionalInterface
public interface NanoClock {

	/** The clock of this process. */
	NanoClock SYSTEM = System::nanoTime;

	/**
	 * Reads the clock.
	 * @return nanoseconds since an arbitrary origin; differences do not overflow for 292
	 * years
	 */
	long nanoTime();

}
