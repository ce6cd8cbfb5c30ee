package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.Timer;

/**
 * Runs tasks one after the other on a daemon thread of its own. Thread-safe.
 */
final class ScheduledTimer implements Timer, AutoCloseable {

	private static final Log logger = LogFactory.getLog(ScheduledTimer.class);

	private final ScheduledThreadPoolExecutor executor;

	/**
	 * Creates a timer.
	 * @param name of its thread
	 */
	ScheduledTimer(String name) {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> newThread(task, name),
				new ThreadPoolExecutor.DiscardPolicy());
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		this.executor.schedule(() -> runSafely(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
	}

	/**
	 * Drops what has not run yet.
	 */
	@Override
	public void close() {
		this.executor.shutdown();
	}

	// The executor keeps what a task throws to itself.
	private static void runSafely(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			logger.error("A replication task failed", ex);
		}
	}

	private static Thread newThread(Runnable task, String name) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

}
