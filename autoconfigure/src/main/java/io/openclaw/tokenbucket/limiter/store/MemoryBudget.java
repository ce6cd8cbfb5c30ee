package io.openclaw.tokenbucket.limiter.store;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The number of buckets for which this member has memory. The bucket of a long key takes
 * the room of several: a caller that invents keys may invent long ones. Thread-safe.
 */
final class MemoryBudget {

	// As much memory as a bucket.
	private static final int CHARACTERS_A_SLOT = 1_000;

	private final AtomicInteger taken = new AtomicInteger();

	private final int slots;

	MemoryBudget(int slots) {
		this.slots = slots;
	}

	boolean hasRoom(String key, boolean configured) {
		return this.taken.get() + slots(key) <= most(configured);
	}

	/**
	 * Takes room for the bucket of a key.
	 * @param configured whether this member decides by its limit
	 * @return whether there was enough
	 */
	boolean take(String key, boolean configured) {
		int wanted = slots(key);
		int most = most(configured) - wanted;
		return this.taken.getAndUpdate((before) -> (before <= most) ? before + wanted : before) <= most;
	}

	void giveBack(String key) {
		this.taken.addAndGet(-slots(key));
	}

	// What this member does not use must not crowd out what it does.
	private int most(boolean configured) {
		return configured ? this.slots : this.slots / 2;
	}

	private static int slots(String key) {
		return 1 + key.length() / CHARACTERS_A_SLOT;
	}

}
