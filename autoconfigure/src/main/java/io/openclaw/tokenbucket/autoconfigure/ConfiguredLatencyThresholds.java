package io.openclaw.tokenbucket.autoconfigure;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.openclaw.tokenbucket.autoconfigure.OpenClawProperties.CircuitBreaker;
import io.openclaw.tokenbucket.autoconfigure.diagnostics.OpenClawConfigurationException;
import io.openclaw.tokenbucket.resilience.LatencyThreshold;
import io.openclaw.tokenbucket.resilience.LatencyThresholds;

/**
 * Makes the thresholds of routes from properties.
 */
final class ConfiguredLatencyThresholds {

	static final String EVERYWHERE = "openclaw.circuit-breaker.latency-threshold";

	static final String ROUTES = "openclaw.circuit-breaker.routes";

	private static final Duration LEAST = Duration.ofMillis(1);

	private static final Duration MOST = Duration.ofHours(1);

	private ConfiguredLatencyThresholds() {
	}

	/**
	 * Refuses what {@link #from} cannot take. It knows no Resilience4j, which may be
	 * missing.
	 * @throws OpenClawConfigurationException for a threshold out of range, or a route
	 * that shall have a circuit and has no threshold
	 */
	static void check(CircuitBreaker properties) {
		if (properties.latencyThreshold() != null) {
			Checks.between(EVERYWHERE, properties.latencyThreshold(), LEAST, MOST);
		}
		properties.routes().forEach((route, circuit) -> {
			Duration threshold = circuit.latencyThreshold();
			if (threshold != null) {
				Checks.between(property(route), threshold, LEAST, MOST);
			}
			else if (circuit.enabled()) {
				Checks.required(property(route), properties.latencyThreshold(),
						"Set it to a duration such as 300ms, or set %s for all routes, or remove %s.%s.enabled."
							.formatted(EVERYWHERE, ROUTES, route));
			}
		});
	}

	static LatencyThresholds from(CircuitBreaker properties) {
		check(properties);
		Map<String, LatencyThreshold> byRoute = new HashMap<>();
		Set<String> without = new HashSet<>();
		properties.routes().forEach((route, circuit) -> {
			if (!circuit.enabled()) {
				without.add(route);
			}
			else if (circuit.latencyThreshold() != null) {
				byRoute.put(route, new LatencyThreshold(circuit.latencyThreshold(), property(route)));
			}
		});
		Duration threshold = properties.latencyThreshold();
		@Nullable LatencyThreshold everywhere = (threshold != null) ? new LatencyThreshold(threshold, EVERYWHERE) : null;
		return new LatencyThresholds(everywhere, byRoute, without);
	}

	/** The ids of the routes that shall have a circuit and are named. */
	static Set<String> named(CircuitBreaker properties) {
		Set<String> named = new HashSet<>();
		properties.routes().forEach((route, circuit) -> {
			if (circuit.enabled()) {
				named.add(route);
			}
		});
		return named;
	}

	static String property(String route) {
		return ROUTES + "." + (route.matches("[a-z0-9-]+") ? route : "[" + route + "]") + ".latency-threshold";
	}

}
