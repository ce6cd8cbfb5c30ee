package io.openclaw.tokenbucket.replication.wire;

/**
 * Consecutive batch numbers. Immutable.
 *
 * @param first the first number, positive
 * @param last the last number, not less than the first
 */
public record SequenceRange(long first, long last) {

	public SequenceRange {
		if (first <= 0 || last < first) {
			throw new IllegalArgumentException("not a range: " + first + " to " + last);
		}
	}

}
