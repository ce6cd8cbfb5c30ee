package io.openclaw.tokenbucket.autoconfigure;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

import io.openclaw.tokenbucket.limiter.FleetState;
import io.openclaw.tokenbucket.replication.port.ReplicationListener;

/**
 * Keeps traffic away from a gateway that another one of its node id replaced, since it
 * may spend nothing: it is not ready until it is started again. Thread-safe.
 */
final class ReplacedGateway
		implements ReplicationListener, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

	private final ApplicationContext context;

	private volatile boolean replaced;

	ReplacedGateway(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void onStateChange(FleetState from, FleetState to) {
		boolean before = this.replaced;
		this.replaced = to == FleetState.REPLACED;
		if (this.replaced != before) {
			AvailabilityChangeEvent.publish(this.context,
					this.replaced ? ReadinessState.REFUSING_TRAFFIC : ReadinessState.ACCEPTING_TRAFFIC);
		}
	}

	// It may have been replaced before the application was ready.
	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		if (this.replaced && event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
			AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
		}
	}

}
