package io.openclaw.tokenbucket.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A service with some workers and a queue before them. Work that nobody waits for any
 * more is done all the same, as in a service that does not notice.
 */
final class SimulatedUpstream {

	private final VirtualTime time;

	private final Supplier<Duration> work;

	private final Queue<Request> queue = new ArrayDeque<>();

	private int workers;

	private int longestQueue = Integer.MAX_VALUE;

	private int busy;

	private Duration delay = Duration.ZERO;

	SimulatedUpstream(VirtualTime time, int workers, Supplier<Duration> work) {
		this.time = time;
		this.workers = workers;
		this.work = work;
	}

	/**
	 * How long a request is worked on, by an exponential distribution that is cut at four
	 * times its mean.
	 */
	static Supplier<Duration> about(Duration mean, Random random) {
		return () -> Duration.ofNanos((long) (mean.toNanos() * Math.min(4, -Math.log(1 - random.nextDouble()))));
	}

	void employ(int newWorkers) {
		this.workers = newWorkers;
	}

	/**
	 * Refuses what would wait behind so many others.
	 */
	void queueAtMost(int requests) {
		this.longestQueue = requests;
	}

	/**
	 * Has every answer take longer, whatever the load is.
	 */
	void delay(Duration by) {
		this.delay = by;
	}

	/**
	 * Takes a request.
	 * @param answer is told how long it took; a negative time where it is refused
	 */
	void request(Consumer<Duration> answer) {
		if (this.queue.size() >= this.longestQueue) {
			answer.accept(Duration.ofNanos(-1));
			return;
		}
		this.queue.add(new Request(this.time.elapsed(), answer));
		workOn();
	}

	private void workOn() {
		while (this.busy < this.workers && !this.queue.isEmpty()) {
			Request next = this.queue.remove();
			this.busy++;
			this.time.schedule(this.work.get(), () -> {
				this.busy--;
				this.time.schedule(this.delay, () -> next.answer().accept(this.time.elapsed().minus(next.since())));
				workOn();
			});
		}
	}

	private record Request(Duration since, Consumer<Duration> answer) {
	}

}
