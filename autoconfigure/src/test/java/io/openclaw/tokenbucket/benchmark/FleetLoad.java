package io.openclaw.tokenbucket.benchmark;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import io.openclaw.tokenbucket.limiter.TokenBucketLimiter;
import io.openclaw.tokenbucket.limiter.decision.Decision;

/**
 * A thread that asks gateways for tokens of keys by chance, in bursts of a millisecond,
 * so that its rate holds on average. What waits is counted as soon as it is decided.
 */
final class FleetLoad implements AutoCloseable {

	static final String LIMIT = "rating";

	private final List<TokenBucketLimiter> limiters;

	private final int keys;

	private final int firstKey;

	private final double perSecond;

	private final LongAdder decisions = new LongAdder();

	private final LongAdder admitted = new LongAdder();

	private final Thread thread = new Thread(this::run, "fleet-load");

	private volatile boolean ended;

	private volatile long cpuNanos;

	/**
	 * Begins.
	 * @param keys how many there are
	 * @param perSecond decisions a second, as far as one thread can ask for them
	 */
	FleetLoad(RealFleet fleet, int keys, double perSecond) {
		this(fleet, keys, 0, perSecond);
	}

	/**
	 * Begins.
	 * @param firstKey the number of the first key
	 */
	FleetLoad(RealFleet fleet, int keys, int firstKey, double perSecond) {
		this.limiters = fleet.replicas().stream().map(RealFleet.Replica::limiter).toList();
		this.keys = keys;
		this.firstKey = firstKey;
		this.perSecond = perSecond;
		this.thread.start();
	}

	long decisions() {
		return this.decisions.sum();
	}

	long admitted() {
		return this.admitted.sum();
	}

	/**
	 * The processor time of the thread.
	 */
	Duration cpu() {
		return Duration.ofNanos(this.cpuNanos);
	}

	@Override
	public void close() {
		this.ended = true;
		try {
			this.thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		SplittableRandom random = new SplittableRandom(1);
		long begin = System.nanoTime();
		long asked = 0;
		while (!this.ended) {
			long due = (long) (this.perSecond * (System.nanoTime() - begin) / 1e9);
			for (; asked < due && !this.ended; asked++) {
				ask(random);
			}
			this.cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
			LockSupport.parkNanos(1_000_000);
		}
	}

	private void ask(SplittableRandom random) {
		TokenBucketLimiter limiter = this.limiters.get(random.nextInt(this.limiters.size()));
		Decision decision = limiter.tryConsume(LIMIT, "key-" + (this.firstKey + random.nextInt(this.keys)), 1);
		if (decision.completion() != null) {
			decision.completion().thenAccept(this::count);
		}
		else {
			count(decision);
		}
	}

	private void count(Decision decision) {
		this.decisions.increment();
		if (decision.isAdmitted()) {
			this.admitted.increment();
		}
	}

}
