package io.openclaw.tokenbucket.observability;

import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.resilience.CircuitState;
import io.openclaw.tokenbucket.resilience.CircuitStateChanged;

/**
 * Logs changes of circuit breakers, once each. Thread-safe.
 */
public final class CircuitStateLogger implements Consumer<CircuitStateChanged> {

	private static final Log logger = LogFactory.getLog(CircuitStateLogger.class);

	@Override
	public void accept(CircuitStateChanged change) {
		if (change.to() == CircuitState.OPEN) {
			logger.warn(
					"The circuit of route '%s' is open: %s. Requests are answered 429 until its upstream is well again"
						.formatted(change.route(), why(change)));
		}
		else if (change.to() == CircuitState.CLOSED) {
			logger.info("The circuit of route '%s' is closed: its upstream is well again".formatted(change.route()));
		}
	}

	private static String why(CircuitStateChanged change) {
		if (change.slowPercent() < 0) {
			return "it was opened without a measurement";
		}
		return "of %d requests %.0f %% waited longer than %d ms for an answer (%s)".formatted(change.calls(),
				change.slowPercent(), change.threshold().duration().toMillis(), change.threshold().property());
	}

}
