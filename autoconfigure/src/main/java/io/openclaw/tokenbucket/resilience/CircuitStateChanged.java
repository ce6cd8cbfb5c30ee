package io.openclaw.tokenbucket.resilience;

/**
 * The circuit breaker of a route changed its state. Published as an application event.
 * Immutable.
 *
 * @param route the id of the route
 * @param from the state before
 * @param to the state now
 */
public record CircuitStateChanged(String route, CircuitState from, CircuitState to) {
}
