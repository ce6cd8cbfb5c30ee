package io.openclaw.tokenbucket.resilience;

/**
 * The circuit breaker of a route changed its state. Published as an event of the
 * application. Immutable.
 *
 * @param route the id of the route
 * @param from the state before
 * @param to the state now
 * @param calls how many calls were judged in the window that ended with the change
 * @param slowPercent how many of a hundred of them were slow; negative where too few were
 * judged
 * @param threshold beyond which they are slow
 */
public record CircuitStateChanged(String route, CircuitState from, CircuitState to, int calls, double slowPercent,
		LatencyThreshold threshold) {
}
