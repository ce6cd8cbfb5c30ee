package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.PriorityQueue;

import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.Timer;

/**
 * A clock that stands still until its next event, so that minutes pass in seconds and a
 * seed replays exactly.
 */
public final class VirtualTime implements NanoClock, Timer {

	// Close to the overflow of a nanosecond clock, which must not matter.
	private long now = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();

	private final long start = this.now;

	private long lastNumber;

	private final PriorityQueue<Event> events = new PriorityQueue<>();

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public void schedule(Duration delay, Runnable task) {
		this.events.add(new Event(this.now + Math.max(0, delay.toNanos()), ++this.lastNumber, task));
	}

	/**
	 * How far the clock has come.
	 */
	public Duration elapsed() {
		return Duration.ofNanos(this.now - this.start);
	}

	/**
	 * Lets time pass and runs what falls due.
	 */
	public void advance(Duration duration) {
		long until = this.now + duration.toNanos();
		while (!this.events.isEmpty() && this.events.peek().at() - until <= 0) {
			Event event = this.events.remove();
			this.now = event.at();
			event.task().run();
		}
		this.now = until;
	}

	private record Event(long at, long number, Runnable task) implements Comparable<Event> {

		@Override
		public int compareTo(Event other) {
			return (this.at != other.at) ? Long.compare(this.at - other.at, 0)
					: Long.compare(this.number, other.number);
		}

	}

}
