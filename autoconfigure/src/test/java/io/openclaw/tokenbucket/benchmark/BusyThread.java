package io.openclaw.tokenbucket.benchmark;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

import io.openclaw.tokenbucket.limiter.Timer;

/**
 * A thread in {@link ChargedTime}: it runs one task after the other, and the next begins
 * when the processor time of the one before has passed.
 */
final class BusyThread implements Timer {

	private final ChargedTime time;

	private final Queue<Due> tasks = new ArrayDeque<>();

	private long busyUntil;

	private boolean waking;

	private boolean ended;

	private long used;

	private long longest;

	private long latest;

	BusyThread(ChargedTime time) {
		this.time = time;
		this.busyUntil = time.nanoTime();
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		this.time.schedule(delay, () -> {
			this.tasks.add(new Due(this.time.nanoTime(), task));
			run();
		});
	}

	private void run() {
		while (!this.tasks.isEmpty() && !this.waking && !this.ended) {
			long now = this.time.nanoTime();
			if (this.busyUntil - now > 0) {
				this.waking = true;
				this.time.schedule(Duration.ofNanos(this.busyUntil - now), () -> {
					this.waking = false;
					run();
				});
				return;
			}
			Due next = this.tasks.remove();
			this.latest = Math.max(this.latest, now - next.at());
			long taken = this.time.run(next.task());
			this.used += taken;
			this.longest = Math.max(this.longest, taken);
			this.busyUntil = now + taken;
		}
	}

	/**
	 * When a task could begin that is due at a moment.
	 */
	long freeAt(long due) {
		return due + Math.max(0, this.busyUntil - due);
	}

	/**
	 * Nothing runs any more.
	 */
	void end() {
		this.ended = true;
		this.tasks.clear();
	}

	/**
	 * Begins to measure anew.
	 */
	void reset() {
		this.used = 0;
		this.longest = 0;
		this.latest = 0;
	}

	/**
	 * Nanoseconds of the processor.
	 */
	long used() {
		return this.used;
	}

	/**
	 * Nanoseconds of the processor that a task took at the most.
	 */
	long longest() {
		return this.longest;
	}

	/**
	 * Nanoseconds by which a task began late at the most.
	 */
	long latest() {
		return this.latest;
	}

	private record Due(long at, Runnable task) {
	}

}
