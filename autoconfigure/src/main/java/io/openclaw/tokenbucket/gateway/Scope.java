package io.openclaw.tokenbucket.gateway;

/**
 * Whether routes that name the same limit share its buckets.
 */
public enum Scope {

	/** A caller has one bucket of the limit for all routes. */
	SHARED,

	/** A caller has a separate bucket of the limit for each route id. */
	ROUTE

}
