package io.openclaw.tokenbucket.observability;

import java.util.Map;
import java.util.function.Supplier;

/**
 * The states of circuits, in lower case, by the id of the route. Empty where there are no
 * circuits. Thread-safe.
 */
@FunctionalInterface
public interface CircuitStates extends Supplier<Map<String, String>> {

}
