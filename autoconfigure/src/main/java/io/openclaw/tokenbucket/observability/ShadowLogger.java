package io.openclaw.tokenbucket.observability;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Outcome;

/**
 * Writes to the log what limits in shadow mode would have rejected: for each limit at
 * most one line a minute, with the number of requests and never a key. Thread-safe.
 */
public class ShadowLogger implements DecisionListener {

	private static final Log logger = LogFactory.getLog(ShadowLogger.class);

	private final NanoClock clock;

	private final Map<String, LogThrottle> throttles = new ConcurrentHashMap<>();

	/**
	 * Creates the listener.
	 * @param clock bounds how often is logged
	 */
	public ShadowLogger(NanoClock clock) {
		this.clock = clock;
	}

	@Override
	public void onDecision(DecisionEvent event) {
		if (event.decision().outcome() == Outcome.SHADOW_REJECTED) {
			String limit = event.limit();
			this.throttles.computeIfAbsent(limit, (added) -> new LogThrottle(this.clock))
				.pass((count) -> logger.info("The limit '" + limit + "' is in shadow mode and would have rejected "
						+ count + " requests since the last such line"));
		}
	}

}
