package io.openclaw.tokenbucket.gateway.plan;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often plans were looked up, and how. Thread-safe.
 */
public final class PlanCounts {

	private final LongAdder held = new LongAdder();

	private final LongAdder resolved = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final LongAdder unknown = new LongAdder();

	/**
	 * Answers of resolvers that were held already.
	 * @return how many since start
	 */
	public long held() {
		return this.held.sum();
	}

	/**
	 * Calls of resolvers that were answered.
	 * @return how many since start
	 */
	public long resolved() {
		return this.resolved.sum();
	}

	/**
	 * Calls of resolvers that failed, or were not answered in time.
	 * @return how many since start
	 */
	public long failed() {
		return this.failed.sum();
	}

	/**
	 * Requests under a plan that the limit does not have.
	 * @return how many since start
	 */
	public long unknown() {
		return this.unknown.sum();
	}

	void countHeld() {
		this.held.increment();
	}

	void countResolved() {
		this.resolved.increment();
	}

	void countFailed() {
		this.failed.increment();
	}

	/**
	 * A request is under a plan that its limit does not have.
	 */
	public void countUnknown() {
		this.unknown.increment();
	}

}
