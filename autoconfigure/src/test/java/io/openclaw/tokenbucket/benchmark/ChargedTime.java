package io.openclaw.tokenbucket.benchmark;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;
import io.openclaw.tokenbucket.simulation.VirtualTime;

/**
 * Virtual time in which a task takes as long as it took of the processor: while it runs,
 * the clock goes on, and what it schedules counts from there. The collector and other
 * threads are not in it. For one thread.
 */
final class ChargedTime implements NanoClock, Timer {

	private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

	private final VirtualTime time;

	private boolean running;

	private long begin;

	ChargedTime(VirtualTime time) {
		this.time = time;
	}

	/**
	 * Runs a task, none of which is running.
	 * @return nanoseconds of the processor that it took
	 */
	long run(Runnable task) {
		this.begin = THREADS.getCurrentThreadCpuTime();
		this.running = true;
		try {
			task.run();
			return used();
		}
		finally {
			this.running = false;
		}
	}

	@Override
	public long nanoTime() {
		return this.time.nanoTime() + used();
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		this.time.schedule(delay.plusNanos(used()), task);
	}

	private long used() {
		return this.running ? THREADS.getCurrentThreadCpuTime() - this.begin : 0;
	}

}
