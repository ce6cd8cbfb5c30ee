package io.openclaw.tokenbucket.resilience;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The routes that have a latency circuit, and their thresholds. Immutable.
 *
 * @param everywhere of routes that are not named; {@code null} if they have no circuit
 * @param byRoute of some routes, by their ids
 * @param without the ids of routes that have no circuit
 */
public record LatencyThresholds(@Nullable LatencyThreshold everywhere, Map<String, LatencyThreshold> byRoute,
		Set<String> without) {

	/**
	 * Copies what is passed.
	 * @throws NullPointerException for a route without an id or a threshold
	 */
	public LatencyThresholds {
		byRoute = Map.copyOf(byRoute);
		without = Set.copyOf(without);
	}

	/**
	 * The same for every route.
	 * @param threshold the threshold
	 * @return the thresholds
	 */
	public static LatencyThresholds everywhere(LatencyThreshold threshold) {
		return new LatencyThresholds(threshold, Map.of(), Set.of());
	}

	boolean has(String route) {
		return !this.without.contains(route) && (this.everywhere != null || this.byRoute.containsKey(route));
	}

}
