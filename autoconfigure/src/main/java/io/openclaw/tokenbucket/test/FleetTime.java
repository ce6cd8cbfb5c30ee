package io.openclaw.tokenbucket.test;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * The time of a fleet within one process. It stands still until somebody lets it pass,
 * and what falls due meanwhile runs one after the other. Thread-safe.
 */
final class FleetTime implements NanoClock, Timer, AutoCloseable {

	private final PriorityBlockingQueue<Event> events = new PriorityBlockingQueue<>();

	private final AtomicLong lastNumber = new AtomicLong();

	private final ExecutorService patience = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task, "openclaw-test-fleet");
		thread.setDaemon(true);
		return thread;
	});

	private volatile long now;

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		add(this.now + Math.max(0, delay.toNanos()), task);
	}

	/**
	 * Lets time pass until a task has run, since a request waits for it.
	 * @param delay how long from now
	 * @param task ends the wait
	 */
	void await(Duration delay, Runnable task) {
		long at = this.now + Math.max(0, delay.toNanos());
		add(at, task);
		if (!this.patience.isShutdown()) {
			this.patience.execute(() -> runUntil(at));
		}
	}

	/**
	 * Lets time pass and runs what falls due. Called by one of its own tasks, it would
	 * never return: tasks do not.
	 * @param duration how long
	 */
	synchronized void advance(Duration duration) {
		runUntil(this.now + duration.toNanos());
	}

	@Override
	public void close() {
		this.patience.shutdown();
	}

	private void add(long at, Runnable task) {
		this.events.add(new Event(at, this.lastNumber.incrementAndGet(), task));
	}

	private synchronized void runUntil(long until) {
		for (Event next = this.events.peek(); next != null && next.at() <= until; next = this.events.peek()) {
			this.events.remove(next);
			this.now = Math.max(this.now, next.at());
			next.task().run();
		}
		this.now = Math.max(this.now, until);
	}

	private record Event(long at, long number, Runnable task) implements Comparable<Event> {

		@Override
		public int compareTo(Event other) {
			return (this.at != other.at) ? Long.compare(this.at, other.at) : Long.compare(this.number, other.number);
		}

	}

}
