package io.openclaw.tokenbucket.replication;

/**
 * Consecutive batch numbers. Immutable.
 *
 * @param first the first number, positive
 * @param last the last number, not less than the first
 */
record SequenceRange(long first, long last) {

	SequenceRange {
		if (first <= 0 || last < first) {
			throw new IllegalArgumentException("not a range: " + first + " to " + last);
		}
	}

}
