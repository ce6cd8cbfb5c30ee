package io.openclaw.tokenbucket.replication;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * Runs all work of replication on one timer, one task after the other, until it is
 * closed. There is one next wake-up: one that was superseded does nothing. What is due is
 * done between two tasks, however many wait. A failure is reported, and the work goes on.
 * {@link #wake} and {@link #execute} may be called on any thread, all else on the
 * timer's.
 */
final class EventLoop {

	private final NanoClock clock;

	private final Timer timer;

	private final Task doDue;

	private final LongUnaryOperator nextDue;

	private final Consumer<RuntimeException> onFailure;

	private final AtomicBoolean woken = new AtomicBoolean();

	private long armedAt;

	private boolean armed;

	private boolean closed;

	/**
	 * Creates a loop that does nothing before it is woken.
	 * @param doDue does what is due
	 * @param nextDue when something will be due, if nothing happens until then
	 * @param onFailure is told what was thrown
	 */
	EventLoop(NanoClock clock, Timer timer, Task doDue, LongUnaryOperator nextDue,
			Consumer<RuntimeException> onFailure) {
		this.clock = clock;
		this.timer = timer;
		this.doDue = doDue;
		this.nextDue = nextDue;
		this.onFailure = onFailure;
	}

	/**
	 * Has what is due be done soon.
	 */
	void wake() {
		if (this.woken.compareAndSet(false, true)) {
			this.timer.schedule(Duration.ZERO, () -> {
				this.woken.set(false);
				doDue();
			});
		}
	}

	/**
	 * Has a task run soon.
	 * @param task receives the time
	 */
	void execute(Task task) {
		this.timer.schedule(Duration.ZERO, () -> guard(() -> {
			task.run(this.clock.nanoTime());
			doOverdue(this.clock.nanoTime());
		}));
	}

	/**
	 * Nothing runs any more.
	 */
	void close() {
		this.closed = true;
	}

	/**
	 * Runs something whose failure must not keep the rest from being done.
	 */
	void guard(Runnable task) {
		if (this.closed) {
			return;
		}
		try {
			task.run();
		}
		catch (RuntimeException ex) {
			this.onFailure.accept(ex);
			arm(this.clock.nanoTime());
		}
	}

	private void doDue() {
		guard(() -> {
			long now = this.clock.nanoTime();
			this.armed &= now - this.armedAt < 0;
			this.doDue.run(now);
			arm(now);
		});
	}

	// Many tasks may have come before the wake-up. Others must not wait for heartbeats
	// until all of them are done.
	private void doOverdue(long now) {
		if (this.closed) {
			return;
		}
		long at = this.nextDue.applyAsLong(now);
		if (at - now > 0) {
			arm(at, now);
			return;
		}
		this.doDue.run(now);
		arm(now);
	}

	private void arm(long now) {
		if (!this.closed) {
			arm(this.nextDue.applyAsLong(now), now);
		}
	}

	private void arm(long at, long now) {
		if (!this.armed || at - this.armedAt < 0) {
			this.armed = true;
			this.armedAt = at;
			this.timer.schedule(Duration.ofNanos(at - now), () -> {
				if (this.armed && this.armedAt == at) {
					doDue();
				}
			});
		}
	}

	/**
	 * A task that needs the time.
	 */
	@FunctionalInterface
	interface Task {

		void run(long now);

	}

}
