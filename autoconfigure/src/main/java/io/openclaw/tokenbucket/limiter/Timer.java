package io.openclaw.tokenbucket.limiter;

import java.time.Duration;

/**
 * Runs tasks later. Tasks must be short and must not block.
 */
@FunctionalInterface
public interface Timer {

	/**
	 * Runs a task once.
	 * @param delay how long from now; a delay of zero or less means as soon as possible,
	 * never within this call
	 * @param task what to run
	 */
	void schedule(Duration delay, Runnable task);

}
