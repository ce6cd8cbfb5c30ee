package io.openclaw.tokenbucket.limiter.adaptive;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what becomes of requests that were forwarded to the upstream of one limit.
 * Thread-safe; no method blocks.
 */
public final class UpstreamMeter {

	private static final double LOG_OF_TWO = Math.log(2);

	private final LongAdder sent = new LongAdder();

	private final LongAdder answered = new LongAdder();

	private final LongAdder refused = new LongAdder();

	private final LongAdder gone = new LongAdder();

	private final LongAdder logLatency = new LongAdder();

	private volatile double bearableNanos = Double.POSITIVE_INFINITY;

	/**
	 * A whole request is on its way. One of the other methods must follow.
	 */
	public void forwarded() {
		this.sent.increment();
	}

	/**
	 * An answer began that does not speak of overload.
	 * @param nanos how long that took, in nanoseconds
	 */
	public void answered(long nanos) {
		this.answered.increment();
		this.logLatency.add(Math.round(Math.log(Math.max(1, nanos)) / LOG_OF_TWO * Observation.LOG_UNIT));
	}

	/**
	 * The upstream said that there are too many requests, or did not answer.
	 */
	public void refused() {
		this.refused.increment();
	}

	/**
	 * Nobody waits for the answer any more. That counts as none only after a wait beyond
	 * what is usual: whoever goes away sooner says nothing about the upstream.
	 * @param nanos how long somebody waited, in nanoseconds
	 */
	public void abandoned(long nanos) {
		((nanos > this.bearableNanos) ? this.refused : this.gone).increment();
	}

	void bear(double micros) {
		this.bearableNanos = micros * 1e3;
	}

	/**
	 * What was counted since this meter was made. While requests run, one that ends
	 * meanwhile may be counted as on its way.
	 */
	Observation total() {
		long ended = this.answered.sum() + this.refused.sum();
		long left = this.gone.sum();
		long begun = this.sent.sum() - left;
		return new Observation(0, begun, this.answered.sum(), this.refused.sum(), this.logLatency.sum(),
				Math.max(0, begun - ended));
	}

}
