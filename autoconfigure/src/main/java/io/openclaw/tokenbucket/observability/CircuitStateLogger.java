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
			logger.warn("The upstream of route '%s' is too slow: requests are answered early until it is well again"
				.formatted(change.route()));
		}
		else if (change.to() == CircuitState.CLOSED) {
			logger.info("The upstream of route '%s' is well again".formatted(change.route()));
		}
	}

}
