package io.openclaw.tokenbucket.limiter;

import java.util.concurrent.atomic.AtomicLong;

import io.openclaw.tokenbucket.crdt.Birth;

/**
 * Numbers the buckets that this member creates. Thread-safe.
 */
final class Births {

	private final CurrentMembership members;

	private final AtomicLong last = new AtomicLong();

	Births(CurrentMembership members) {
		this.members = members;
	}

	Birth next() {
		return new Birth(this.members.self(), this.last.incrementAndGet());
	}

	/**
	 * What a bucket counts under that is only looked at.
	 */
	Birth none() {
		return new Birth(this.members.self(), 0);
	}

}
