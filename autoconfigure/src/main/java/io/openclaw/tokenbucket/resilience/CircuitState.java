package io.openclaw.tokenbucket.resilience;

/**
 * Whether a circuit breaker lets requests through. In the order of how few it lets
 * through.
 */
public enum CircuitState {

	/** Requests are forwarded. */
	CLOSED,

	/** A few requests are forwarded to see whether the upstream is well again. */
	HALF_OPEN,

	/** No request is forwarded. */
	OPEN

}
