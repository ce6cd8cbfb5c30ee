package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * The monotonic clock and the threads of one simulated process: its clock may run fast or
 * slow and jump ahead, and the process may stop for a while, or for good.
 */
final class MemberClock implements NanoClock, Timer {

	private static final long THOUSAND = 1000;

	private final VirtualTime time;

	// Any origin will do, so that nothing may depend on it.
	private long origin;

	private Duration since;

	private long thousandths = THOUSAND;

	private long lastNumber;

	private boolean paused;

	private boolean dead;

	private final PriorityQueue<Task> tasks;

	private final Queue<Runnable> requests = new ArrayDeque<>();

	private boolean armed;

	private long armedAt;

	private long alarm;

	MemberClock(VirtualTime time, long origin) {
		this.time = time;
		this.origin = origin;
		this.since = time.elapsed();
		this.tasks = new PriorityQueue<>(
				Comparator.<Task>comparingLong((task) -> task.at() - origin).thenComparingLong(Task::number));
	}

	@Override
	public long nanoTime() {
		return this.origin + this.time.elapsed().minus(this.since).toNanos() * this.thousandths / THOUSAND;
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		if (!this.dead) {
			this.tasks.add(new Task(nanoTime() + Math.max(0, delay.toNanos()), ++this.lastNumber, task));
			arm();
		}
	}

	/**
	 * Runs a request now, or once the process goes on.
	 */
	void request(Runnable request) {
		if (this.paused) {
			this.requests.add(request);
		}
		else if (!this.dead) {
			request.run();
		}
	}

	boolean isPaused() {
		return this.paused;
	}

	double rate() {
		return (double) this.thousandths / THOUSAND;
	}

	void run(int newThousandths) {
		rebase(0);
		this.thousandths = newThousandths;
		rearm();
	}

	void step(Duration by) {
		rebase(by.toNanos());
		rearm();
	}

	void pause() {
		this.paused = true;
	}

	/**
	 * Goes on, with the requests that came meanwhile before or after everything else.
	 */
	void resume(boolean requestsFirst) {
		this.paused = false;
		if (requestsFirst) {
			serveRequests();
		}
		runDue();
		serveRequests();
	}

	void die() {
		this.dead = true;
		this.tasks.clear();
		this.requests.clear();
	}

	private void serveRequests() {
		for (Runnable request = this.requests.poll(); request != null; request = this.requests.poll()) {
			request.run();
		}
	}

	private void rebase(long ahead) {
		this.origin = nanoTime() + ahead;
		this.since = this.time.elapsed();
	}

	private void rearm() {
		this.armed = false;
		arm();
	}

	private void arm() {
		Task next = this.tasks.peek();
		if (next == null || this.paused || this.dead || (this.armed && this.armedAt - next.at() <= 0)) {
			return;
		}
		this.armed = true;
		this.armedAt = next.at();
		long wait = Math.max(0, next.at() - nanoTime());
		long set = ++this.alarm;
		this.time.schedule(Duration.ofNanos((wait * THOUSAND + this.thousandths - 1) / this.thousandths), () -> {
			if (this.alarm == set) {
				runDue();
			}
		});
	}

	private void runDue() {
		if (this.paused) {
			return;
		}
		this.armed = false;
		long now = nanoTime();
		while (!this.paused && !this.tasks.isEmpty() && this.tasks.peek().at() - now <= 0) {
			this.tasks.remove().work().run();
		}
		arm();
	}

	private record Task(long at, long number, Runnable work) {
	}

}
