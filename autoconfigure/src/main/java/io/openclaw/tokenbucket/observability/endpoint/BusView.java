package io.openclaw.tokenbucket.observability.endpoint;

import io.openclaw.tokenbucket.observability.VisibleText;
import io.openclaw.tokenbucket.replication.port.BusStatus;

/**
 * A bus that carries messages between members. Immutable.
 *
 * @param name its name
 * @param connected whether the subscription stands
 * @param failedPublishes messages that could not be published since it was connected
 * first
 */
public record BusView(String name, boolean connected, long failedPublishes) {

	static BusView of(BusStatus status) {
		return new BusView(VisibleText.of(status.name()), status.connected(), status.failedPublishes());
	}

}
