package io.openclaw.tokenbucket.autoconfigure;

import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.LogThrottle;
import io.openclaw.tokenbucket.limiter.NanoClock;
import io.openclaw.tokenbucket.limiter.decision.DecisionEvent;
import io.openclaw.tokenbucket.limiter.decision.DecisionListener;
import io.openclaw.tokenbucket.limiter.decision.Refusal;
import io.openclaw.tokenbucket.limiter.decision.SettlementEvent;

/**
 * Tells several listeners. An exception of a listener fails no paid request. It is logged
 * once a minute. Thread-safe.
 */
final class DecisionListeners implements DecisionListener {

	private static final Log logger = LogFactory.getLog(DecisionListeners.class);

	private final DecisionListener[] listeners;

	private final LogThrottle failures = new LogThrottle(NanoClock.SYSTEM);

	DecisionListeners(List<DecisionListener> listeners) {
		this.listeners = listeners.toArray(DecisionListener[]::new);
	}

	@Override
	public void onDecision(DecisionEvent event) {
		for (DecisionListener listener : this.listeners) {
			try {
				listener.onDecision(event);
			}
			catch (RuntimeException ex) {
				failed(listener, ex);
			}
		}
	}

	@Override
	public void onRefusal(String limit, Refusal refusal) {
		for (DecisionListener listener : this.listeners) {
			try {
				listener.onRefusal(limit, refusal);
			}
			catch (RuntimeException ex) {
				failed(listener, ex);
			}
		}
	}

	@Override
	public void onSettlement(SettlementEvent event) {
		for (DecisionListener listener : this.listeners) {
			try {
				listener.onSettlement(event);
			}
			catch (RuntimeException ex) {
				failed(listener, ex);
			}
		}
	}

	private void failed(DecisionListener listener, RuntimeException ex) {
		this.failures.pass((count) -> logger.error("The DecisionListener " + listener.getClass().getName()
				+ " failed; listeners have failed " + count + " times since the last such line", ex));
	}

}
