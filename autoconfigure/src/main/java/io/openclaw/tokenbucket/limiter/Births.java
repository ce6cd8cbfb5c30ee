package io.openclaw.tokenbucket.limiter;

import java.util.concurrent.atomic.AtomicLong;

import io.openclaw.tokenbucket.crdt.Birth;
import io.openclaw.tokenbucket.crdt.MemberId;

/**
 * Numbers the buckets that this member creates. Thread-safe.
 */
final class Births {

	private final MemberId self;

	private final AtomicLong last = new AtomicLong();

	Births(MemberId self) {
		this.self = self;
	}

	Birth next() {
		return new Birth(this.self, this.last.incrementAndGet());
	}

	/**
	 * What a bucket counts under that is only looked at.
	 */
	Birth none() {
		return new Birth(this.self, 0);
	}

}
