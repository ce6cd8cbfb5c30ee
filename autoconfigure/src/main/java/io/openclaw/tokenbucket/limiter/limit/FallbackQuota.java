package io.openclaw.tokenbucket.limiter.limit;

/**
 * The part of a limit that a member may spend while the limit is in fallback. Must be
 * quick and thread-safe.
 */
@FunctionalInterface
public interface FallbackQuota {

	/** Every member may spend the same. */
	FallbackQuota FAIR_SHARE = (members) -> 1.0 / members;

	/**
	 * The part of capacity and refill.
	 * @param members N: members counted, at least one
	 * @return above zero, at most one
	 */
	double of(int members);

}
