package io.openclaw.tokenbucket.resilience;

/**
 * The distance between the spending from a limit and the spending that the rules allow,
 * as this member sees it at a moment. Immutable.
 *
 * @param excess micro-tokens that others spent beyond the rules since start, over all
 * buckets
 * @param ratio the same in the last window of the bucket that drifts most, as a part of
 * the capacity
 * @param fallback whether the limit is in fallback here
 */
public record Drift(long excess, double ratio, boolean fallback) {

	static final Drift NONE = new Drift(0, 0, false);

}
