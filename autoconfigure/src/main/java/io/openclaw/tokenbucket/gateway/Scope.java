package io.openclaw.tokenbucket.gateway;

/**
 * Whether routes that name the same limit draw on the same buckets.
 */
public enum Scope {

	/** A caller has one bucket of the limit, whichever route it uses. */
	SHARED,

	/** A caller has one bucket of the limit for every route, told apart by route ids. */
	ROUTE

}
