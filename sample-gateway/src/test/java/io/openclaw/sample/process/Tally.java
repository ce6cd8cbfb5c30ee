package io.openclaw.sample.process;

import java.net.http.HttpResponse;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Counts answers, and remembers when the first and the last request left and were
 * answered. Thread-safe.
 */
final class Tally {

	private final AtomicInteger unanswered = new AtomicInteger();

	private final AtomicInteger admitted = new AtomicInteger();

	private final AtomicInteger rejected = new AtomicInteger();

	private final Queue<String> others = new ConcurrentLinkedQueue<>();

	private final AtomicLong firstSent = new AtomicLong(Long.MAX_VALUE);

	private final AtomicLong lastSent = new AtomicLong(Long.MIN_VALUE);

	private final AtomicLong firstAnswered = new AtomicLong(Long.MAX_VALUE);

	private final AtomicLong lastAnswered = new AtomicLong(Long.MIN_VALUE);

	void sent() {
		this.unanswered.incrementAndGet();
		long now = System.nanoTime();
		this.firstSent.accumulateAndGet(now, Math::min);
		this.lastSent.accumulateAndGet(now, Math::max);
	}

	void answered(@Nullable HttpResponse<?> response, @Nullable Throwable failure) {
		long now = System.nanoTime();
		this.unanswered.decrementAndGet();
		this.firstAnswered.accumulateAndGet(now, Math::min);
		this.lastAnswered.accumulateAndGet(now, Math::max);
		if (response != null && response.statusCode() == 200) {
			this.admitted.incrementAndGet();
		}
		else if (response != null && response.statusCode() == 429) {
			this.rejected.incrementAndGet();
		}
		else {
			this.others
				.add((response != null) ? response.statusCode() + " " + response.body() : String.valueOf(failure));
		}
	}

	int unanswered() {
		return this.unanswered.get();
	}

	int admitted() {
		return this.admitted.get();
	}

	int rejected() {
		return this.rejected.get();
	}

	/**
	 * Answers that are neither 200 nor 429, and failures.
	 * @return a line each
	 */
	Queue<String> others() {
		return this.others;
	}

	/**
	 * The longest time that the gateways can have been asked for.
	 * @return seconds from the first request's leaving to the last answer
	 */
	double longestSeconds() {
		return (this.lastAnswered.get() - this.firstSent.get()) / 1e9;
	}

	/**
	 * The shortest time that the gateways can have been asked for.
	 * @return seconds from the first answer to the last request's leaving
	 */
	double shortestSeconds() {
		return (this.lastSent.get() - this.firstAnswered.get()) / 1e9;
	}

	@Override
	public String toString() {
		return "%d admitted, %d rejected, %d others in %.3f s".formatted(admitted(), rejected(), this.others.size(),
				longestSeconds());
	}

}
