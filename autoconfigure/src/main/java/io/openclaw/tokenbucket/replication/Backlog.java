package io.openclaw.tokenbucket.replication;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what has arrived and was not read yet: a sender must not be able to fill the
 * memory faster than messages are read. Messages that do not fit are lost, as on a bad
 * link. Thread-safe.
 */
final class Backlog {

	static final int MAX_MESSAGES = 20_000;

	static final long MAX_BYTES = 32L << 20;

	private final AtomicInteger messages = new AtomicInteger();

	private final AtomicLong bytes = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	/**
	 * A message arrived.
	 * @return whether it fits
	 */
	boolean add(int size) {
		boolean fits = this.messages.incrementAndGet() <= MAX_MESSAGES;
		if (this.bytes.addAndGet(size) <= MAX_BYTES && fits) {
			return true;
		}
		remove(size);
		this.refused.incrementAndGet();
		return false;
	}

	/**
	 * A message is read now.
	 */
	void remove(int size) {
		this.messages.decrementAndGet();
		this.bytes.addAndGet(-size);
	}

	/**
	 * How many did not fit since this was asked last.
	 */
	long drainRefused() {
		return (this.refused.get() > 0) ? this.refused.getAndSet(0) : 0;
	}

}
