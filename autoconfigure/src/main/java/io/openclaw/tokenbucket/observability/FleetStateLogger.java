package io.openclaw.tokenbucket.observability;

import java.util.Locale;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.replication.ReplicationListener;

/**
 * Writes one line to the log for each change of the fleet's state: a warning when this
 * member may spend less than the whole budget, else information. Thread-safe.
 */
public class FleetStateLogger implements ReplicationListener {

	private static final Log logger = LogFactory.getLog(FleetStateLogger.class);

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		String message = "Token bucket replication changed from " + name(from) + " to " + name(to) + ": " + meaning(to);
		if (to == FleetState.DEGRADED || to == FleetState.ISOLATED) {
			logger.warn(message);
		}
		else {
			logger.info(message);
		}
	}

	private static String name(FleetState state) {
		return state.name().toLowerCase(Locale.ROOT);
	}

	private static String meaning(FleetState state) {
		return switch (state) {
			case HEALTHY -> "all members are heard, the whole of each bucket may be spent";
			case JOINING -> "not yet counted by the fleet, a fixed part of the initial tokens may be spent";
			case DEGRADED -> "some members are not heard, their part of each bucket is held aside";
			case ISOLATED -> "no other member is heard, only the own share of each bucket may be spent";
		};
	}

}
