package io.openclaw.tokenbucket.resilience;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.openclaw.tokenbucket.limiter.NanoClock;

/**
 * A JVM is warm when it has passed {@value #LEAST_ANSWERS} answers on, and then compiled
 * for less than a tenth of a second in which answers came. Thread-safe.
 */
final class CompilerWarmUp implements WarmUp {

	static final int LEAST_ANSWERS = 100;

	static final Duration WINDOW = Duration.ofSeconds(1);

	// A machine that is always short of processors would never be seen to rest.
	static final Duration MOST = Duration.ofMinutes(1);

	private static final int REST = 10;

	private final LongSupplier compilationMillis;

	private final NanoClock clock;

	private volatile boolean over;

	private int answers;

	private long startedAt;

	private long windowAt;

	private long compiledAt;

	/**
	 * Creates a warm-up that begins with the first answer.
	 * @param compilationMillis how long the compiler has worked until now
	 * @param clock measures elapsed time
	 */
	CompilerWarmUp(LongSupplier compilationMillis, NanoClock clock) {
		this.compilationMillis = compilationMillis;
		this.clock = clock;
	}

	@Override
	public boolean isOver() {
		return this.over || observe(this.clock.nanoTime());
	}

	private synchronized boolean observe(long now) {
		if (this.answers == 0) {
			this.startedAt = now;
			openWindow(now);
		}
		this.answers = Math.min(LEAST_ANSWERS, this.answers + 1);
		long nanos = now - this.windowAt;
		if (nanos >= WINDOW.toNanos()) {
			this.over = now - this.startedAt >= MOST.toNanos() || hasRested(nanos);
			openWindow(now);
		}
		return this.over;
	}

	// A pause without requests is no rest after them.
	private boolean hasRested(long nanos) {
		Duration compiled = Duration.ofMillis(this.compilationMillis.getAsLong() - this.compiledAt);
		return this.answers == LEAST_ANSWERS && nanos < 2 * WINDOW.toNanos() && compiled.toNanos() < nanos / REST;
	}

	private void openWindow(long now) {
		this.windowAt = now;
		this.compiledAt = this.compilationMillis.getAsLong();
	}

}
