package io.openclaw.tokenbucket.autoconfigure;

import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.cloud.gateway.event.RefreshRoutesResultEvent;
import org.springframework.context.ApplicationListener;

import io.openclaw.tokenbucket.resilience.LatencyCircuitBreakers;
import io.openclaw.tokenbucket.resilience.LatencyThreshold;

/**
 * Logs which routes have a latency circuit, once the routes are there and again when they
 * are others. Thread-safe.
 */
final class LatencyCircuitsReport implements ApplicationListener<RefreshRoutesResultEvent> {

	private static final Log logger = LogFactory.getLog(LatencyCircuitsReport.class);

	private final LatencyCircuitBreakers breakers;

	private final Collection<String> configured;

	private SortedMap<String, LatencyThreshold> reported = new TreeMap<>();

	LatencyCircuitsReport(LatencyCircuitBreakers breakers, Collection<String> configured) {
		this.breakers = breakers;
		this.configured = configured;
	}

	@Override
	public synchronized void onApplicationEvent(RefreshRoutesResultEvent event) {
		SortedMap<String, LatencyThreshold> circuits = this.breakers.thresholds();
		if (!event.isSuccess() || circuits.equals(this.reported)) {
			return;
		}
		this.reported = circuits;
		logger.info("Latency circuits: "
				+ circuits.entrySet().stream().map(LatencyCircuitsReport::show).collect(Collectors.joining(", ")));
		Collection<String> unknown = new TreeSet<>(this.configured);
		unknown.removeAll(circuits.keySet());
		unknown.forEach(
				(route) -> logger.warn(("There is no route '%s' with a TokenBucket filter, but %s is set. Correct the "
						+ "id. Write an id with other characters than letters, digits and dashes in brackets")
					.formatted(route, ConfiguredLatencyThresholds.property(route))));
	}

	private static String show(Map.Entry<String, LatencyThreshold> circuit) {
		LatencyThreshold threshold = circuit.getValue();
		return "route '%s' %s (%s)".formatted(circuit.getKey(), Checks.show(threshold.duration()),
				threshold.property());
	}

}
