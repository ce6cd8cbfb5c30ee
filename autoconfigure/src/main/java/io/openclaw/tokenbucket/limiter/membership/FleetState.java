package io.openclaw.tokenbucket.limiter.membership;

/**
 * The part of the fleet that a member hears, and so the part that it may spend.
 */
public enum FleetState {

	/** All members are heard: the whole bucket, under the admission rule. */
	HEALTHY,

	/**
	 * This member is not yet counted by its peers: a fixed part of the initial tokens.
	 */
	JOINING,

	/** Some members are not heard: the heard fraction of level and refill. */
	DEGRADED,

	/** No other member is heard, though there are or may be some: its own share. */
	ISOLATED,

	/**
	 * The others have a secret that this member lacks, and do not read what it says: what
	 * one that joins may spend, and then nothing.
	 */
	REFUSED,

	/**
	 * A newer process bears the node id of this one, which its peers therefore ignore:
	 * nothing.
	 */
	REPLACED;

	/**
	 * Whether the others will not count this member before somebody mends that: no time
	 * helps.
	 * @return {@code true} once replaced, and while refused
	 */
	public boolean isExcluded() {
		return this == REFUSED || this == REPLACED;
	}

}
