package io.openclaw.tokenbucket.observability;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.CircuitStateChanged;

/**
 * Logs changes of circuit breakers: for each route that it opened and that it closed at
 * most once a minute, with how often. A caller or an upstream may have it do both all the
 * time. Thread-safe.
 */
public final class CircuitStateLogger implements Consumer<CircuitStateChanged> {

	private static final Log logger = LogFactory.getLog(CircuitStateLogger.class);

	private final NanoClock clock;

	private final Map<String, LogThrottle> opened = new ConcurrentHashMap<>();

	private final Map<String, LogThrottle> closed = new ConcurrentHashMap<>();

	/**
	 * Creates the logger.
	 * @param clock bounds how often is logged
	 */
	public CircuitStateLogger(NanoClock clock) {
		this.clock = clock;
	}

	@Override
	public void accept(CircuitStateChanged change) {
		String route = change.route();
		if (change.to() == CircuitState.OPEN) {
			throttle(this.opened, route).pass((count) -> logger.warn(
					"The circuit of route '%s' is open: %s. Requests are answered 429 until its upstream is well again%s"
						.formatted(route, why(change), howOften("opened", count))));
		}
		else if (change.to() == CircuitState.CLOSED) {
			throttle(this.closed, route)
				.pass((count) -> logger.info("The circuit of route '%s' is closed: its upstream is well again%s"
					.formatted(route, howOften("closed", count))));
		}
	}

	private LogThrottle throttle(Map<String, LogThrottle> throttles, String route) {
		return throttles.computeIfAbsent(route, (added) -> new LogThrottle(this.clock));
	}

	private static String howOften(String what, long count) {
		return (count == 1) ? "" : ". It %s %d times since the last such line".formatted(what, count);
	}

	private static String why(CircuitStateChanged change) {
		if (change.slowPercent() < 0) {
			return "it was opened without a measurement";
		}
		return "of %d requests %.0f %% waited longer than %d ms for an answer (%s)".formatted(change.calls(),
				change.slowPercent(), change.threshold().duration().toMillis(), change.threshold().property());
	}

}
