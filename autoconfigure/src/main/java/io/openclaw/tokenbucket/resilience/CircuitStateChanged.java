package io.openclaw.tokenbucket.resilience;

/**
 * The circuit breaker of a route changed its state. Published as an event of the
 * application. Immutable.
 *
 * @param route the id of the route
 * @param from the state before
 * @param to the state now
 * @param calls the number of judged calls in the window that ended with the change
 * @param slowPercent the percentage of slow calls; negative if too few were judged
 * @param threshold the time beyond which a call is slow
 */
public record CircuitStateChanged(String route, CircuitState from, CircuitState to, int calls, double slowPercent,
		LatencyThreshold threshold) {
}
